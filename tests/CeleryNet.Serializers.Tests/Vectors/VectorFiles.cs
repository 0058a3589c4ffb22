using System.Text.Json;
using CeleryNet.TestKit;

namespace CeleryNet.Serializers.Tests.Vectors;

/// <summary>Files of one kind in one folder: their names without ".json", parted by blanks.</summary>
internal sealed record VectorGroup(VectorKind Kind, string Folder, IReadOnlyList<string> Names, IReadOnlyList<string> NamesSince56)
{
    public VectorGroup(VectorKind kind, string folder, string names, string since56 = "")
        : this(kind, folder, names.Split(' ', StringSplitOptions.RemoveEmptyEntries), since56.Split(' ', StringSplitOptions.RemoveEmptyEntries))
    {
    }

    public IEnumerable<string> Files =>
    [
        .. Names.Select(name => $"{VectorFiles.Old}/{Folder}/{name}.json"),
        .. Names.Concat(NamesSince56).Select(name => $"{VectorFiles.New}/{Folder}/{name}.json"),
    ];
}

/// <summary>The captures under tests/vectors, each named once.</summary>
internal static class VectorFiles
{
    public const string Old = "celery-5.2.6";
    public const string New = "celery-5.6";

    public static string Root { get; } = Repository.PathOf("tests", "vectors");

    public static IReadOnlyList<VectorGroup> Groups { get; } =
    [
        new(VectorKind.TaskMessage, "amqp/basic", "argsrepr chain-of-group chain3 chord2 countdown eta-naive eta-plus2 eta-utc expires-datetime expires-seconds floats group3 "
                + "headers ignore-result ints kwargs link link-error link-many long-args nested plain plain-noargs priority retries shadow "
                + "task-id timelimits unicode", since56: "stamped"),
        new(VectorKind.TaskMessage, "redis/basic", "argsrepr chain-of-group chain3 chord2 countdown eta-naive eta-plus2 eta-utc expires-datetime expires-seconds floats group3 "
                + "headers ignore-result ints kwargs link link-error link-many long-args nested plain plain-noargs priority retries shadow "
                + "task-id timelimits unicode"),
        new(VectorKind.TaskMessage, "redis/priority", "priority-0 priority-1 priority-2 priority-3 priority-5 priority-6 priority-8 priority-9"),
        new(VectorKind.Protocol1Message, "amqp/protocol1", "chain3 chord2 eta-utc expires-seconds group3 kwargs link plain retries"),
        new(VectorKind.Protocol1Message, "redis/protocol1", "eta-utc link plain"),
        new(VectorKind.SerializedMessage, "amqp/serializers", "json-chain json-floats json-ints json-kwargs json-nested json-unicode msgpack-chain msgpack-floats msgpack-ints "
                + "msgpack-kwargs msgpack-nested msgpack-unicode pickle-chain pickle-floats pickle-ints pickle-kwargs pickle-nested "
                + "pickle-unicode yaml-chain yaml-floats yaml-ints yaml-kwargs yaml-nested yaml-unicode"),
        new(VectorKind.SerializedMessage, "redis/serializers", "json msgpack pickle yaml"),
        new(VectorKind.TypedArgument, "amqp/types-json", "bigints bytes-binary bytes-utf8 complex date datetime-naive datetime-nomicro datetime-plus2 datetime-utc decimal frozenset "
                + "intkeys set special-floats time timedelta tuple uuid"),
        new(VectorKind.TypedArgument, "amqp/types-msgpack", "bigints bytes-binary bytes-utf8 complex date datetime-naive datetime-nomicro datetime-plus2 datetime-utc decimal frozenset "
                + "intkeys set special-floats time timedelta tuple uuid"),
        new(VectorKind.TypedArgument, "amqp/types-yaml", "bigints bytes-binary bytes-utf8 complex date datetime-naive datetime-nomicro datetime-plus2 datetime-utc decimal frozenset "
                + "intkeys set special-floats time timedelta tuple uuid"),
        new(VectorKind.TypedArgument, "amqp/types-pickle", "bigints bytes-binary bytes-utf8 complex date datetime-naive datetime-nomicro datetime-plus2 datetime-utc decimal frozenset "
                + "intkeys set special-floats time timedelta tuple uuid"),
        new(VectorKind.CompressedMessage, "amqp/compression", "brotli-json brotli-pickle bzip2-json bzip2-pickle gzip-json gzip-pickle lzma-json lzma-pickle zlib-json zlib-pickle zstd-json "
                + "zstd-pickle"),
        new(VectorKind.CompressedMessage, "redis/compression", "brotli bzip2 gzip lzma zstd"),
        new(VectorKind.DelayedMessage, "amqp/quorum", "", since56: "delayed-publish"),
        new(VectorKind.DelayTopology, "amqp/quorum", "", since56: "native-delayed-topology"),
        new(VectorKind.StoredResult, "redis/results-default", "custom-progress failure failure-custom-exception failure-hard-time-limit failure-soft-time-limit rejected retry revoked "
                + "revoked-expired revoked-terminated started success-after-retry success-int success-structure success-with-children "
                + "unregistered-task"),
        new(VectorKind.IgnoredResult, "redis/results-default", "ignored"),
        new(VectorKind.ChainResult, "redis/results-default", "chain"),
        new(VectorKind.GroupResult, "redis/results-default", "group"),
        new(VectorKind.ResultNotifications, "redis/results-default", "pubsub-notifications"),
        new(VectorKind.StoredResult, "redis/results-extended", "custom-progress failure failure-custom-exception failure-hard-time-limit failure-soft-time-limit rejected retry revoked "
                + "revoked-expired revoked-terminated started success-after-retry success-int success-structure success-with-children "
                + "unregistered-task"),
        new(VectorKind.IgnoredResult, "redis/results-extended", "ignored"),
        new(VectorKind.ChainResult, "redis/results-extended", "chain"),
        new(VectorKind.GroupResult, "redis/results-extended", "group"),
        new(VectorKind.Chord, "redis/chord", "failed-chord nested-group-chord simple-chord"),
        new(VectorKind.AmqpEvent, "amqp/events", "task-multi task-sent worker-heartbeat worker-offline worker-online"),
        new(VectorKind.RedisEvent, "redis/events", "task-multi task-sent worker-heartbeat worker-offline worker-online"),
        new(VectorKind.DecodedEvent, "redis/events", "decoded-task-failed decoded-task-received decoded-task-rejected decoded-task-retried decoded-task-sent decoded-task-started "
                + "decoded-task-succeeded"),
        new(VectorKind.EventSequence, "redis/events", "sequence-expired sequence-terminated sequence-unknown sequence-while-waiting"),
        new(VectorKind.AmqpControl, "amqp/pidbox", "active active_queues conf ping ping-destination registered revoke scheduled shutdown-other stats"),
        new(VectorKind.ControlReplyQueue, "amqp/pidbox", "reply-queue-topology"),
        new(VectorKind.RedisControl, "redis/pidbox", "active active_queues broadcast-add_consumer broadcast-cancel_consumer broadcast-election broadcast-enable_events "
                + "broadcast-ping-destination broadcast-pool_grow broadcast-rate_limit broadcast-revoke broadcast-time_limit broadcast-unknown "
                + "clock conf ping query_task registered report reserved revoked scheduled stats"),
        new(VectorKind.RedisControlCommands, "redis/pidbox", "ping-full-command-log"),
        new(VectorKind.RpcReplies, "amqp/rpc", "chain failure progress retry structure success"),
        new(VectorKind.RpcReplyQueue, "amqp/rpc", "reply-queue-topology"),
        new(VectorKind.WorkerTopology, "amqp/worker", "topology"),
        new(VectorKind.BindingKeys, "redis/keys", "bindings-after-publish"),
        new(VectorKind.WorkerKeys, "redis/worker", "keys-after-startup"),
        new(VectorKind.LateAcknowledgement, "redis/worker", "one-late-ack-task-commands"),
        new(VectorKind.Restore, "redis/worker", "restore-after-lost-consumer"),
        new(VectorKind.WorkerShutdown, "redis/worker", "shutdown-commands"),
        new(VectorKind.WorkerStart, "redis/worker", "startup-commands"),
        new(VectorKind.UnackedKeys, "redis/worker", "unacked-while-running"),
        new(VectorKind.Probes, "probes", "minimal-messages"),
        new(VectorKind.SignedBody, "auth", "signed-json"),
        new(VectorKind.DatabaseRows, "database", "sqlite sqlite-extended"),
        new(VectorKind.FilesystemResults, "filesystem", "files"),
    ];

    public static IEnumerable<string> Of(VectorKind kind) => Groups.Where(group => group.Kind == kind).SelectMany(group => group.Files);

    public static bool IsOld(string file) => file.StartsWith(Old + "/", StringComparison.Ordinal);

    public static string NameOf(string file) => Path.GetFileNameWithoutExtension(file);

    /// <summary>The folder within its version: <c>amqp/basic</c>.</summary>
    public static string FolderOf(string file) => Path.GetDirectoryName(file[(file.IndexOf('/', StringComparison.Ordinal) + 1)..])!;

    public static JsonElement Read(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Root, file)));
        return document.RootElement.Clone();
    }
}
