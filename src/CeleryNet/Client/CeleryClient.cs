using System.Text.Json;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Results;
using CeleryNet.Routing;

namespace CeleryNet.Client;

/// <summary>Turns calls into messages and hands them to the broker.</summary>
internal sealed class CeleryClient(
    TaskPublisher publisher,
    TaskMessageWriter writer,
    TaskRouter router,
    RevokeSender revokes,
    ResultAccess results,
    TimeProvider time,
    ClientOptions clientOptions,
    PublishPipeline? middleware = null,
    SentEvents? events = null) : ICeleryClient
{
    private readonly ResultAccess _results = results with
    {
        RevokeAsync = (id, terminate, cancellationToken) => revokes.RevokeAsync([id], new RevokeOptions { Terminate = terminate }, cancellationToken).AsTask(),
    };

    public async Task<AsyncResult<TResult>> SendAsync<TResult>(Signature<TResult> signature, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(signature);
        var id = await PublishAsync(signature, cancellationToken).ConfigureAwait(false);
        return GetResult<TResult>(id);
    }

    public async Task<AsyncResult> SendAsync(Signature signature, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(signature);
        var id = await PublishAsync(signature, cancellationToken).ConfigureAwait(false);
        return AsyncResult.Create(id, _results);
    }

    public Task<AsyncResult<JsonElement>> SendTaskAsync(
        string taskName,
        IReadOnlyList<object?>? args = null,
        Dictionary<string, object?>? kwargs = null,
        SendOptions? options = null,
        CancellationToken cancellationToken = default)
        => SendTaskAsync<JsonElement>(taskName, args, kwargs, options, cancellationToken);

    public Task<AsyncResult<TResult>> SendTaskAsync<TResult>(
        string taskName,
        IReadOnlyList<object?>? args = null,
        Dictionary<string, object?>? kwargs = null,
        SendOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        var signature = new Signature<TResult>(
            taskName,
            args is null ? [] : [.. args.Select(Wrap)],
            kwargs is null ? null : [.. kwargs.Select(pair => KeyValuePair.Create(pair.Key, Wrap(pair.Value)))],
            options);
        return SendAsync(signature, cancellationToken);
    }

    public AsyncResult<TResult> GetResult<TResult>(TaskId taskId) => new(taskId, _results);

    public Task RevokeAsync(TaskId taskId, bool terminate = false, CancellationToken cancellationToken = default)
        => RevokeAsync([taskId], new RevokeOptions { Terminate = terminate }, cancellationToken);

    public async Task RevokeAsync(IReadOnlyCollection<TaskId> taskIds, RevokeOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(taskIds);
        await revokes.RevokeAsync(taskIds, options ?? new RevokeOptions(), cancellationToken).ConfigureAwait(false);
    }

    public async Task RevokeByStampsAsync(
        IReadOnlyDictionary<string, IReadOnlyList<string>> stamps, RevokeOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stamps);
        await revokes.RevokeAsync(stamps, options ?? new RevokeOptions(), cancellationToken).ConfigureAwait(false);
    }

    private static TaskValue Wrap(object? value) => value as TaskValue ?? TaskValue.Of(value);

    private ValueTask<TaskId> PublishAsync(Signature signature, CancellationToken cancellationToken)
        => middleware is null or { IsEmpty: true } ? SendOnAsync(signature, cancellationToken) : PublishAsync(middleware, signature, cancellationToken);

    private async ValueTask<TaskId> PublishAsync(PublishPipeline pipeline, Signature signature, CancellationToken cancellationToken)
    {
        var id = signature.Options.TaskId ?? TaskId.New();
        var context = new PublishContext(signature.TaskName, signature.Args, signature.Kwargs, signature.Options) { Id = id };
        await pipeline.PublishAsync(context, SendAsync, cancellationToken).ConfigureAwait(false);
        return id;

        async ValueTask SendAsync(PublishContext passed, CancellationToken token)
            => await SendOnAsync(new Signature(passed.TaskName, passed.Args, passed.Kwargs, passed.Options with { TaskId = id }), token).ConfigureAwait(false);
    }

    private async ValueTask<TaskId> SendOnAsync(Signature signature, CancellationToken cancellationToken)
    {
        var routed = router.Route(signature);
        var call = Decide(signature, routed);
        var envelope = writer.Write(call);
        Func<CancellationToken, ValueTask>? prepare = routed.Options.IgnoreResult is true ? null : _results.Backend.PrepareAsync;
        var destination = call.Eta is null ? routed.Destination : routed.Destination with { NotBefore = call.Eta };
        await publisher.PublishAsync(envelope, destination, prepare, routed.Options, cancellationToken).ConfigureAwait(false);
        events?.Sent(envelope, destination);
        TaskContext.Current?.AddChild(call.Id);
        if (clientOptions.ThrowsFailures && routed.Options.IgnoreResult is not true)
        {
            await AsyncResult.Create(call.Id, results).WaitAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        }

        return call.Id;
    }

    // What a call leaves open is decided here: its id, its place in the workflow, its instants.
    private TaskCall Decide(Signature signature, RoutedCall routed)
    {
        var options = routed.Options;
        SendOptionsRules.Check(options, nameof(signature));
        if (clientOptions.HideArguments)
        {
            options = options with { ArgsRepr = options.ArgsRepr ?? "(...)", KwargsRepr = options.KwargsRepr ?? "{...}" };
        }

        var parent = TaskContext.Current;
        var id = options.TaskId ?? TaskId.New();
        var now = time.GetUtcNow();
        var expires = options.ExpiresAt ?? (options.ExpiresAfter is { } after ? After(now, after) : null);
        return new TaskCall(signature.TaskName, id, signature.Args, signature.Kwargs, options)
        {
            RootId = options.RootId ?? parent?.RootId ?? id,
            ParentId = options.ParentId ?? parent?.Id,
            Eta = options.Eta ?? (options.Countdown is { } countdown ? After(now, countdown) : null),
            Expires = expires,
            TimeToLive = expires - now,
            Priority = options.Priority ?? (clientOptions.InheritParentPriority ? parent?.Priority : null) ?? clientOptions.DefaultPriority,
            Persistent = routed.DeliveryMode == DeliveryMode.Persistent,
            ReplyTo = options.ReplyTo ?? _results.Backend.ReplyTo,
        };
    }

    private DateTimeOffset After(DateTimeOffset now, TimeSpan wait) => CountedInstant.After(now, wait, clientOptions.Zone);
}
