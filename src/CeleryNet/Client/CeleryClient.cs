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
    ResultAccess results,
    int? defaultPriority,
    TimeProvider time) : ICeleryClient
{
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
        return AsyncResult.Create(id, results);
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

    public AsyncResult<TResult> GetResult<TResult>(TaskId taskId) => new(taskId, results);

    private static TaskValue Wrap(object? value) => value as TaskValue ?? TaskValue.Of(value);

    private async ValueTask<TaskId> PublishAsync(Signature signature, CancellationToken cancellationToken)
    {
        var call = Decide(signature);
        var envelope = writer.Write(call);
        Func<CancellationToken, ValueTask>? prepare = signature.Options.IgnoreResult is true ? null : results.Backend.PrepareAsync;
        await publisher.PublishAsync(envelope, router.Route(signature.Options), prepare, cancellationToken).ConfigureAwait(false);
        TaskContext.Current?.AddChild(call.Id);
        return call.Id;
    }

    // What a call leaves open is decided here: its id, its place in the workflow, its instants.
    private TaskCall Decide(Signature signature)
    {
        var options = signature.Options;
        var parent = TaskContext.Current;
        var id = options.TaskId ?? TaskId.New();
        if (string.IsNullOrEmpty(id.Value))
        {
            throw new ArgumentException("TaskId must not be empty; leave it null for a new one.", nameof(signature));
        }

        if (options is { Countdown: not null, Eta: not null })
        {
            throw new ArgumentException("Countdown and Eta say the same thing; set one of them.", nameof(signature));
        }

        if (options is { ExpiresAfter: not null, ExpiresAt: not null })
        {
            throw new ArgumentException("ExpiresAfter and ExpiresAt say the same thing; set one of them.", nameof(signature));
        }

        if (options.Priority is < 0 or > 255)
        {
            throw new ArgumentException($"Priority must be 0 to 255, was {options.Priority}.", nameof(signature));
        }

        var now = time.GetUtcNow();
        var expires = options.ExpiresAt ?? (options.ExpiresAfter is { } after ? now + after : null);
        return new TaskCall(signature.TaskName, id, signature.Args, signature.Kwargs, options)
        {
            RootId = parent?.RootId ?? id,
            ParentId = parent?.Id,
            Eta = options.Eta ?? (options.Countdown is { } countdown ? now + countdown : null),
            Expires = expires,
            TimeToLive = expires - now,
            Priority = options.Priority ?? defaultPriority,
            ReplyTo = results.Backend.ReplyTo,
        };
    }
}
