using System.Runtime.CompilerServices;
using System.Text.Json;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Results;
using CeleryNet.Routing;
using CeleryNet.Workflows;

namespace CeleryNet.Client;

/// <summary>Turns calls into messages and hands them to the broker.</summary>
internal sealed class CeleryClient : ICeleryClient
{
    private readonly TaskPublisher _publisher;
    private readonly TaskMessageWriter _writer;
    private readonly TaskRouter _router;
    private readonly RevokeSender _revokes;
    private readonly TimeProvider _time;
    private readonly ClientOptions _options;
    private readonly PublishPipeline? _middleware;
    private readonly SentEvents? _events;
    private readonly Func<CancellationToken, ValueTask> _prepare;
    private readonly BulkSender _bulk;
    private readonly ResultAccess _results;

    public CeleryClient(
        TaskPublisher publisher,
        TaskMessageWriter writer,
        TaskRouter router,
        RevokeSender revokes,
        ResultAccess results,
        TimeProvider time,
        ClientOptions clientOptions,
        PublishPipeline? middleware = null,
        SentEvents? events = null)
    {
        _publisher = publisher;
        _writer = writer;
        _router = router;
        _revokes = revokes;
        _time = time;
        _options = clientOptions;
        _middleware = middleware;
        _events = events;
        _prepare = results.Backend.PrepareAsync;
        _bulk = new BulkSender(clientOptions.PublishConcurrency, time);
        _results = results with
        {
            RevokeAsync = (ids, terminate, cancellationToken) => revokes.RevokeAsync(ids, new RevokeOptions { Terminate = terminate }, cancellationToken).AsTask(),
        };
        Canvas = new CanvasSender(PublishAsync, _results, _bulk, router, clientOptions.UsesLinks);
    }

    /// <summary>Sends what is composed; the worker's half uses it too.</summary>
    public CanvasSender Canvas { get; }

    public async Task<AsyncResult<TResult>> SendAsync<TResult>(Signature<TResult> signature, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(signature);
        if (signature.Parts is not null)
        {
            return (await SendPartsAsync(signature, cancellationToken).ConfigureAwait(false)).ToTask<TResult>(_results);
        }

        var id = IdOf(signature);
        await PublishAsync(signature, id, TaskContext.Current, cancellationToken).ConfigureAwait(false);
        return Sent<TResult>(signature, id);
    }

    public async Task<GroupResult<TResult>> SendAsync<TResult>(GroupSignature<TResult> signature, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(signature);
        return (await SendPartsAsync(signature, cancellationToken).ConfigureAwait(false)).ToGroup<TResult>(_results);
    }

    public async Task<AsyncResult> SendAsync(Signature signature, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(signature);
        if (signature.Parts is not null)
        {
            return (await SendPartsAsync(signature, cancellationToken).ConfigureAwait(false)).ToHandle(_results);
        }

        var id = IdOf(signature);
        await PublishAsync(signature, id, TaskContext.Current, cancellationToken).ConfigureAwait(false);
        return Sent<JsonElement>(signature, id);
    }

    public Task<IReadOnlyList<SendOutcome<TResult>>> SendManyAsync<TResult>(IEnumerable<Signature<TResult>> signatures, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(signatures);
        return _bulk.SendAsync<Signature<TResult>, SendOutcome<TResult>>(signatures, TrySendAsync, cancellationToken);
    }

    public Task<IReadOnlyList<SendOutcome>> SendManyAsync(IEnumerable<Signature> signatures, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(signatures);
        return _bulk.SendAsync<Signature, SendOutcome>(signatures, TrySendAsync, cancellationToken);
    }

    public IAsyncEnumerable<SendOutcome<TResult>> SendManyAsync<TResult>(IAsyncEnumerable<Signature<TResult>> signatures, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(signatures);
        return _bulk.SendAsync<Signature<TResult>, SendOutcome<TResult>>(signatures, TrySendAsync, cancellationToken);
    }

    public IAsyncEnumerable<SendOutcome> SendManyAsync(IAsyncEnumerable<Signature> signatures, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(signatures);
        return _bulk.SendAsync<Signature, SendOutcome>(signatures, TrySendAsync, cancellationToken);
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

    public IReadOnlyList<string> Validate(Signature signature)
    {
        ArgumentNullException.ThrowIfNull(signature);
        var problems = new List<string>();
        WorkflowRules.Find(signature, problems, (call, found) =>
        {
            try
            {
                _router.Route(call);
            }
            catch (CeleryConfigurationException error)
            {
                found.Add($"The call of task '{call.TaskName}': {error.Message}");
            }
        });
        if (_results.Backend is IChordlessBackend chordless && Compositions.HasChord(signature))
        {
            problems.Add(chordless.ChordRefusal);
        }

        return problems;
    }

    public AsyncResult<TResult> GetResult<TResult>(TaskId taskId) => new(taskId, _results);

    public GroupResult<TResult> GetGroupResult<TResult>(IEnumerable<AsyncResult<TResult>> results, TaskId? groupId = null)
    {
        ArgumentNullException.ThrowIfNull(results);
        return GroupResult<TResult>.Create((groupId ?? TaskId.New()).Value, [.. results], null, _results);
    }

    public async Task<GroupResult<TResult>?> RestoreGroupAsync<TResult>(TaskId groupId, CancellationToken cancellationToken = default)
        => await _results.Backend.GetGroupAsync(groupId, cancellationToken).ConfigureAwait(false) is { } node ? ResultTree.ToGroup<TResult>(node, _results) : null;

    public Task RevokeAsync(TaskId taskId, bool terminate = false, CancellationToken cancellationToken = default)
        => RevokeAsync([taskId], new RevokeOptions { Terminate = terminate }, cancellationToken);

    public async Task RevokeAsync(IReadOnlyCollection<TaskId> taskIds, RevokeOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(taskIds);
        await _revokes.RevokeAsync(taskIds, options ?? new RevokeOptions(), cancellationToken).ConfigureAwait(false);
    }

    public async Task RevokeByStampsAsync(
        IReadOnlyDictionary<string, IReadOnlyList<string>> stamps, RevokeOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stamps);
        await _revokes.RevokeAsync(stamps, options ?? new RevokeOptions(), cancellationToken).ConfigureAwait(false);
    }

    private AsyncResult<TResult> Sent<TResult>(Signature signature, TaskId id)
        => new(id, _results) { SentAt = signature.Options.IgnoreResult is true ? null : _results.Time.GetUtcNow() };

    private static TaskValue Wrap(object? value) => value as TaskValue ?? TaskValue.Of(value);

    // What is composed, or has something else about it than a name, arguments and options.
    private async ValueTask<WorkflowResult> SendPartsAsync(Signature signature, CancellationToken cancellationToken)
    {
        WorkflowRules.Check(signature, nameof(signature));
        return await Canvas.ApplyAsync(signature, PartialArguments.None, SendOptions.Default, TaskContext.Current, cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidOperationException("A chain without steps was sent."); // The rules do not let it pass.
    }

    private ValueTask SendAsync(Signature signature, TaskId id, CancellationToken cancellationToken)
        => signature.Parts is null ? PublishAsync(signature, id, null, cancellationToken) : SendPartsAsync(signature, id, cancellationToken);

    private async ValueTask SendPartsAsync(Signature signature, TaskId id, CancellationToken cancellationToken)
    {
        WorkflowRules.Check(signature, nameof(signature));
        await Canvas.ApplyAsync(signature, PartialArguments.None, new SendOptions { TaskId = id }, null, cancellationToken).ConfigureAwait(false);
    }

    private static TaskId IdOf(Signature signature) => signature.Options.TaskId ?? TaskId.New();

    private async Task<SendOutcome<TResult>> TrySendAsync<TResult>(Signature<TResult> signature, CancellationToken cancellationToken)
    {
        var id = default(TaskId);
        try
        {
            ArgumentNullException.ThrowIfNull(signature);
            id = IdOf(signature);
            await SendAsync(signature, id, cancellationToken).ConfigureAwait(false);
            return SendOutcome<TResult>.Sent(Sent<TResult>(signature, id));
        }
#pragma warning disable CA1031 // Whatever one call ends with, it is that call's outcome; the others are sent.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return SendOutcome<TResult>.Failed(id, signature, error);
        }
    }

    private async Task<SendOutcome> TrySendAsync(Signature signature, CancellationToken cancellationToken)
    {
        var id = default(TaskId);
        try
        {
            ArgumentNullException.ThrowIfNull(signature);
            id = IdOf(signature);
            await SendAsync(signature, id, cancellationToken).ConfigureAwait(false);
            return SendOutcome.Sent(Sent<JsonElement>(signature, id));
        }
#pragma warning disable CA1031 // Whatever one call ends with, it is that call's outcome; the others are sent.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return SendOutcome.Failed(id, signature, error);
        }
    }

    /// <param name="signature">The call.</param>
    /// <param name="id">Its id.</param>
    /// <param name="parent">The task that gets it as its child; null for none, or where the sender sees to it.</param>
    /// <param name="cancellationToken">The sender's.</param>
    private ValueTask PublishAsync(Signature signature, TaskId id, TaskContext? parent, CancellationToken cancellationToken)
        => _middleware is null or { IsEmpty: true }
            ? SendOnAsync(signature, id, parent, cancellationToken)
            : PublishAsync(_middleware, signature, id, parent, cancellationToken);

    private async ValueTask PublishAsync(PublishPipeline pipeline, Signature signature, TaskId id, TaskContext? parent, CancellationToken cancellationToken)
    {
        var context = new PublishContext(signature.TaskName, signature.Args, signature.Kwargs, signature.Options) { Id = id };
        await pipeline.PublishAsync(context, SendAsync, cancellationToken).ConfigureAwait(false);

        // What ties the call to others a middleware does not see, so it cannot have meant to take it away.
        async ValueTask SendAsync(PublishContext passed, CancellationToken token)
        {
            var options = passed.Options with { TaskId = id, Workflow = passed.Options.Workflow ?? signature.Options.Workflow };
            await SendOnAsync(new Signature(passed.TaskName, passed.Args, passed.Kwargs, options), id, parent, token).ConfigureAwait(false);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendOnAsync(Signature signature, TaskId id, TaskContext? parent, CancellationToken cancellationToken)
    {
        var routed = _router.Route(signature);
        var call = Decide(signature, id, routed);
        var envelope = _writer.Write(call);
        var prepare = routed.Options.IgnoreResult is true ? null : _prepare;
        var destination = call.Eta is null ? routed.Destination : routed.Destination with { NotBefore = call.Eta };
        await _publisher.PublishAsync(envelope, destination, prepare, routed.Options, cancellationToken).ConfigureAwait(false);
        _events?.Sent(envelope, destination);
        parent?.AddChild(id);
        if (_options.ThrowsFailures && routed.Options.IgnoreResult is not true)
        {
            await AsyncResult.Create(id, _results).WaitAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        }
    }

    // What a call leaves open is decided here: its id, its place in the workflow, its instants.
    private TaskCall Decide(Signature signature, TaskId id, RoutedCall routed)
    {
        var options = routed.Options;
        SendOptionsRules.Check(options, nameof(signature));
        if (_options.HideArguments)
        {
            options = options with
            {
                ArgsRepr = options.ArgsRepr ?? "(...)",
                KwargsRepr = options.KwargsRepr ?? "{...}",
                Workflow = options.Workflow is { } shown ? HiddenArguments.Hide(shown) : null,
            };
        }

        var parent = TaskContext.Current;
        var now = _time.GetUtcNow();
        var expires = options.ExpiresAt ?? (options.ExpiresAfter is { } after ? After(now, after) : null);
        return new TaskCall(signature.TaskName, id, signature.Args, signature.Kwargs, options)
        {
            RootId = options.RootId ?? parent?.RootId ?? id,
            ParentId = options.ParentId ?? parent?.Id,
            Eta = options.Eta ?? (options.Countdown is { } countdown ? After(now, countdown) : null),
            Expires = expires,
            TimeToLive = expires - now,
            Priority = options.Priority ?? (_options.InheritParentPriority ? parent?.Priority : null) ?? _options.DefaultPriority,
            Persistent = routed.DeliveryMode == DeliveryMode.Persistent,
            ReplyTo = options.ReplyTo ?? _results.Backend.ReplyTo,
            Embed = options.Workflow is { } workflow ? SignatureWriter.ToEmbed(workflow, _results.SerializerOptions) : TaskEmbed.Empty,
        };
    }

    private DateTimeOffset After(DateTimeOffset now, TimeSpan wait) => CountedInstant.After(now, wait, _options.Zone);
}
