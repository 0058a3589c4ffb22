namespace CeleryNet.Routing;

/// <summary>The names of RabbitMQ's arguments of a queue's declaration.</summary>
internal static class QueueArguments
{
    public const string Type = "x-queue-type";
    public const string Classic = "classic";
    public const string Quorum = "quorum";
    public const string Expires = "x-expires";
    public const string MessageTtl = "x-message-ttl";
    public const string MaxLength = "x-max-length";
    public const string MaxLengthBytes = "x-max-length-bytes";
    public const string MaxPriority = "x-max-priority";

    /// <summary>Whether they make a queue of a kind that has no priorities and no bound shared by a channel.</summary>
    public static bool IsReplicated(IReadOnlyDictionary<string, object?> arguments) => arguments.TryGetValue(Type, out var type) && type is Quorum or "stream";

    /// <summary>Whether they make a quorum queue.</summary>
    public static bool IsQuorum(IReadOnlyDictionary<string, object?> arguments) => arguments.TryGetValue(Type, out var type) && type is Quorum;
}
