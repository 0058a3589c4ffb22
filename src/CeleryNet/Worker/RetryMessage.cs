using CeleryNet.Client;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Routing;
using CeleryNet.Serialization;
using CeleryNet.Tasks;

namespace CeleryNet.Worker;

/// <summary>
/// Makes the message by which a task is run again: the same id and whatever belongs to it, one retry more, by the way it came unless the task says otherwise.
/// celery/app/task.py Task.signature_from_request, Context.as_execution_options
/// </summary>
internal sealed class RetryMessage(TaskRouter router, TaskMessageWriter writer, bool hideArguments, TimeProvider time, TimeZoneInfo? zone = null)
{
    /// <summary>The call that is to be made again.</summary>
    /// <exception cref="ArgumentException">An option breaks its rule.</exception>
    public static Signature Compose(TaskRequest request, TaskRetryException retry)
    {
        SendOptionsRules.Check(retry.Options, "options");
        return new Signature(request.Headers.TaskName, Args(request, retry), Kwargs(request, retry), Carry(request).Overlay(Way(request, retry.Options)));
    }

    /// <exception cref="CelerySerializationException">The arguments cannot be written.</exception>
    /// <exception cref="CeleryConfigurationException">The options name a queue, a serializer or a compression that is not known.</exception>
    /// <exception cref="ArgumentException">An option breaks its rule.</exception>
    public (Envelope Envelope, RoutedCall Routed) Make(TaskRequest request, TaskRetryException retry) => Make(request, retry, Compose(request, retry), null);

    /// <param name="request">What was run.</param>
    /// <param name="retry">What it asked for.</param>
    /// <param name="composed">The call by which that is done.</param>
    /// <param name="passed">What a middleware has made of the call; null when it is as it was composed.</param>
    /// <inheritdoc cref="Make(TaskRequest, TaskRetryException)" path="/exception" />
    public (Envelope Envelope, RoutedCall Routed) Make(TaskRequest request, TaskRetryException retry, Signature composed, PublishContext? passed)
    {
        var signature = passed is null ? composed : Replace(request, composed, passed);
        if (passed is not null)
        {
            SendOptionsRules.Check(signature.Options, "options");
        }

        var areSame = (
            Args: retry.Args is null && ReferenceEquals(signature.Args, composed.Args),
            Kwargs: retry.Kwargs is null && ReferenceEquals(signature.Kwargs, composed.Kwargs));
        var routed = router.Route(signature);
        var call = Decide(request, retry, signature, routed, areSame);
        var envelope = writer.Write(call);
        CarryHeaders(request.Message.Envelope.Headers, envelope.Headers);
        return (envelope, routed with { Destination = routed.Destination with { NotBefore = call.Eta } });
    }

    private static IReadOnlyList<TaskValue> Args(TaskRequest request, TaskRetryException retry) => SensitiveArguments.Mark(
        request.Definition,
        retry.Args is { } args ? [.. args.Select(Wrap)] : [.. JsonParts.Items(request.Message.Body.Args).Select(json => new JsonTaskValue(json))]);

    private static IReadOnlyList<KeyValuePair<string, TaskValue>> Kwargs(TaskRequest request, TaskRetryException retry) => SensitiveArguments.Mark(
        request.Definition,
        retry.Kwargs is { } kwargs
            ? [.. kwargs.Select(pair => KeyValuePair.Create(pair.Key, Wrap(pair.Value)))]
            : [.. JsonParts.Members(request.Message.Body.Kwargs).Select(pair => KeyValuePair.Create<string, TaskValue>(pair.Key, new JsonTaskValue(pair.Value)))]);

    private static TaskValue Wrap(object? value) => value as TaskValue ?? TaskValue.Of(value);

    private static SendOptions Carry(TaskRequest request)
    {
        var (headers, envelope) = (request.Headers, request.Message.Envelope);
        return new SendOptions
        {
            Priority = envelope.Priority,
            DeliveryMode = envelope.Persistent ? DeliveryMode.Persistent : DeliveryMode.Transient,
            IgnoreResult = headers.IgnoreResult,
            TimeLimit = headers.TimeLimit,
            SoftTimeLimit = headers.SoftTimeLimit,
            Shadow = headers.Shadow,
            ReplyTo = envelope.ReplyTo,
            GroupId = headers.GroupId,
            GroupIndex = headers.GroupIndex,
            RootId = headers.RootId,
            ParentId = headers.ParentId,
        };
    }

    // A message that came through the default exchange has the name of its queue as routing key. One way replaces the other as a whole.
    private static SendOptions Way(TaskRequest request, SendOptions options) => options switch
    {
        { Queue: not null } or { Exchange: not null } => options,
        _ when request.Delivery.Exchange.Length == 0 => options with { Queue = request.Delivery.RoutingKey },
        _ => options with { Exchange = request.Delivery.Exchange, RoutingKey = options.RoutingKey ?? request.Delivery.RoutingKey },
    };

    // Values that came in on the way are hidden like those they replace.
    private static Signature Replace(TaskRequest request, Signature composed, PublishContext passed) => new(
        passed.TaskName,
        ReferenceEquals(passed.Args, composed.Args) ? passed.Args : SensitiveArguments.Mark(request.Definition, passed.Args),
        ReferenceEquals(passed.Kwargs, composed.Kwargs) ? passed.Kwargs : SensitiveArguments.Mark(request.Definition, passed.Kwargs),
        passed.Options);

    private TaskCall Decide(TaskRequest request, TaskRetryException retry, Signature signature, RoutedCall routed, (bool Args, bool Kwargs) areSame)
    {
        var (headers, now) = (request.Headers, time.GetUtcNow());
        var options = routed.Options;
        var expires = options.ExpiresAt ?? (options.ExpiresAfter is { } after ? After(now, after) : headers.Expires);
        return new TaskCall(signature.TaskName, headers.Id, signature.Args, signature.Kwargs, options with
        {
            Retries = headers.Retries + 1,
            ArgsRepr = options.ArgsRepr ?? Shown(request, areSame.Args, headers.ArgsRepr, "(...)"),
            KwargsRepr = options.KwargsRepr ?? Shown(request, areSame.Kwargs, headers.KwargsRepr, "{...}"),
        })
        {
            RootId = options.RootId ?? headers.Id,
            ParentId = options.ParentId,
            Eta = retry.Eta ?? (retry.Countdown > TimeSpan.Zero ? After(now, retry.Countdown.Value) : null),
            Expires = expires,
            TimeToLive = expires - now,
            Priority = options.Priority,
            Persistent = routed.DeliveryMode == DeliveryMode.Persistent,
            ReplyTo = options.ReplyTo ?? "",
            Content = areSame is { Args: true, Kwargs: true } ? SameContent(request.Message, signature.Options) : null,
            CorrelationId = request.Message.Envelope.CorrelationId,
            Embed = request.Message.Body.Embed,
        };
    }

    // Celery writes the arguments anew, by its own serializer. As they came they lose nothing, and whoever consumes the queue could read them.
    private static EncodedContent? SameContent(TaskMessage message, SendOptions options)
    {
        var envelope = message.Envelope;
        return message.IsSimple || options is not { Serializer: null, Compression: null }
            ? null
            : new EncodedContent(envelope.Body, envelope.ContentType, envelope.ContentEncoding, envelope.Headers.GetString(HeaderNames.Compression));
    }

    // The sender's text goes on, except where it may show what the sender did not know to be sensitive.
    private string? Shown(TaskRequest request, bool areSame, string? shown, string hidden)
        => hideArguments ? hidden : areSame && !request.Definition.HasSensitive ? shown : null;

    private DateTimeOffset After(DateTimeOffset now, TimeSpan wait) => CountedInstant.After(now, wait, zone ?? TimeZoneInfo.Utc);

    // What the writer does not know goes on as it came: the sender's own headers, and stamps it did not get from the options.
    private static void CarryHeaders(MessageHeaders from, MessageHeaders to)
    {
        var isSimple = !to.TryGet(HeaderNames.Task, out _);
        foreach (var (name, value) in from)
        {
            var isCarried = HeaderNames.IsDefined(name)
                ? !isSimple && name is (HeaderNames.Stamps or HeaderNames.StampedHeaders or HeaderNames.ReplacedTaskNesting)
                : !HeaderNames.IsBookkeeping(name);
            if (isCarried && !to.TryGet(name, out _))
            {
                to.Set(name, value);
            }
        }
    }
}
