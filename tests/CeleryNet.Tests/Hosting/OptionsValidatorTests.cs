using CeleryNet.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace CeleryNet.Tests.Hosting;

public sealed class OptionsValidatorTests
{
    private const string Brokers = "known: amqp, amqps, pyamqp, pyamqps, redis, rediss, redis+socket, sentinel, memory";
    private const string Backends = "known: redis, rediss, redis+socket, sentinel, rpc, file, memory, disabled";

    private static readonly string _here = typeof(OptionsValidatorTests).Assembly.Location;

    public static TheoryData<string, Action<CeleryOptions>, string> Bad { get; } = new()
    {
        { "broker's scheme", o => o.Broker = "ftp://user:secret@h/", $"Property Broker: The broker 'ftp://user:**@h/' has the unknown scheme 'ftp'; {Brokers}." },
        { "second broker's scheme", o => o.Broker = "redis://a;kafka://b", $"Property Broker: The broker 'kafka://b/' has the unknown scheme 'kafka'; {Brokers}." },
        { "mixed brokers", o => o.Broker = "redis://a;amqp://b", "Property Broker: Brokers that stand in for each other must be of one kind, were redis and amqp." },
        { "no broker", o => o.Broker = "", "Property Broker: A broker or backend URL must not be empty; 'redis://localhost:6379/0' would work." },
        { "no URL", o => o.Broker = "localhost:5672", "Property Broker: 'localhost:5672' is not a URL: it must start with a scheme, as in 'amqp://guest@localhost//' or 'redis://localhost:6379/0'." },
        { "broker's port", o => o.Broker = "redis://u:secret@h:x/", "Property Broker: The port in '…@h:x/' must be a number from 1 to 65535, was 'x'." },
        { "backend's scheme", o => o.ResultBackend = "mongodb://u:secret@h/", $"Property ResultBackend: has the unknown scheme 'mongodb' in 'mongodb://u:**@h/'; {Backends}" },
        {
            "backend in a database", o => o.ResultBackend = "db+postgresql://u:secret@h/d",
            "Property ResultBackend: has the unknown scheme 'db+postgresql'; AddPostgreSqlResults() of the package CeleryNet.PostgreSql and AddSqliteResults() of the package "
                + "CeleryNet.Sqlite add databases"
        },
        { "no backend URL", o => o.ResultBackend = " ", "Property ResultBackend: A broker or backend URL must not be empty; 'redis://localhost:6379/0' would work." },
        { "DefaultQueue", o => o.DefaultQueue = " ", "Property DefaultQueue: must not be empty; 'celery' would work" },
        { "DefaultPriority low", o => o.DefaultPriority = -1, "Property DefaultPriority: must be 0 to 255, was -1" },
        { "DefaultPriority high", o => o.DefaultPriority = 256, "Property DefaultPriority: must be 0 to 255, was 256" },
        { "DefaultExchange", o => o.DefaultExchange = " ", "Property DefaultExchange: must not be empty" },
        { "DefaultExchangeType", o => o.DefaultExchangeType = "x-random", "Property DefaultExchangeType: must be direct or topic or fanout, was 'x-random'" },
        { "CreateMissingQueueExchangeType", o => o.CreateMissingQueueExchangeType = "", "Property CreateMissingQueueExchangeType: must be direct or topic or fanout, was ''" },
        { "NativeDelayedDeliveryQueueType", o => o.NativeDelayedDeliveryQueueType = (QueueType)9, "Property NativeDelayedDeliveryQueueType: must be Classic or Quorum, was 9" },
        { "DefaultQueueType", o => o.DefaultQueueType = (QueueType)9, "Property DefaultQueueType: must be Classic or Quorum, was 9" },
        { "CreateMissingQueueType", o => o.CreateMissingQueueType = (QueueType)9, "Property CreateMissingQueueType: must be Classic or Quorum, was 9" },
        { "DefaultDeliveryMode", o => o.DefaultDeliveryMode = (DeliveryMode)3, "Property DefaultDeliveryMode: must be Transient or Persistent, was 3" },
        { "QueueMaxPriority", o => o.QueueMaxPriority = 256, "Property QueueMaxPriority: must be 1 to 255, was 256" },
        { "ResultExpires low", o => o.ResultExpires = TimeSpan.FromSeconds(-1), "Property ResultExpires: must be 00:00:00 to 365.00:00:00, was -00:00:01" },
        { "ResultExpires high", o => o.ResultExpires = TimeSpan.FromDays(366), "Property ResultExpires: must be 00:00:00 to 365.00:00:00, was 366.00:00:00" },
        { "PublishTimeout low", o => o.PublishTimeout = TimeSpan.Zero, "Property PublishTimeout: must be 00:00:00.1000000 to 01:00:00, was 00:00:00" },
        { "PublishTimeout high", o => o.PublishTimeout = TimeSpan.FromHours(2), "Property PublishTimeout: must be 00:00:00.1000000 to 01:00:00, was 02:00:00" },
        { "PublishConcurrency low", o => o.PublishConcurrency = 0, "Property PublishConcurrency: must be 1 to 10000, was 0" },
        { "PublishConcurrency high", o => o.PublishConcurrency = 10_001, "Property PublishConcurrency: must be 1 to 10000, was 10001" },
        { "ConnectTimeout low", o => o.ConnectTimeout = TimeSpan.Zero, "Property ConnectTimeout: must be 00:00:00.1000000 to 00:10:00, was 00:00:00" },
        { "ConnectTimeout high", o => o.ConnectTimeout = TimeSpan.FromMinutes(11), "Property ConnectTimeout: must be 00:00:00.1000000 to 00:10:00, was 00:11:00" },
        { "ConnectMaxRetries", o => o.ConnectMaxRetries = -1, "Property ConnectMaxRetries: must be 0 or more, or null for no bound, was -1" },
        { "ResultStoreMaxRetries", o => o.ResultStoreMaxRetries = -1, "Property ResultStoreMaxRetries: must be 0 or more, or null for no bound, was -1" },
        { "ResultStoreRetryDelay", o => o.ResultStoreRetryDelay = TimeSpan.Zero, "Property ResultStoreRetryDelay: must be 00:00:00.0010000 to 01:00:00, was 00:00:00" },
        {
            "ResultStoreRetryMaxDelay", o => o.ResultStoreRetryMaxDelay = TimeSpan.FromMilliseconds(99),
            "Property ResultStoreRetryMaxDelay: must be no less than ResultStoreRetryDelay (00:00:00.1000000), was 00:00:00.0990000"
        },
        { "Heartbeat low", o => o.Heartbeat = TimeSpan.FromSeconds(-1), "Property Heartbeat: must be 00:00:00 to 01:00:00, was -00:00:01" },
        { "Heartbeat high", o => o.Heartbeat = TimeSpan.FromHours(2), "Property Heartbeat: must be 00:00:00 to 01:00:00, was 02:00:00" },
        { "VisibilityTimeout low", o => o.VisibilityTimeout = TimeSpan.Zero, "Property VisibilityTimeout: must be 00:00:01 to 30.00:00:00, was 00:00:00" },
        { "VisibilityTimeout high", o => o.VisibilityTimeout = TimeSpan.FromDays(31), "Property VisibilityTimeout: must be 00:00:01 to 30.00:00:00, was 31.00:00:00" },
        { "MaxDepth", o => o.MaxDepth = 7, "Property MaxDepth: must be 8 to 1000, was 7" },
        { "MaxCompressionRatio", o => o.MaxCompressionRatio = 1, "Property MaxCompressionRatio: must be 2 to 1000000, was 1" },
        { "TaskProtocol", o => o.TaskProtocol = 3, "Property TaskProtocol: must be 1 to 2, was 3" },
        { "AcceptContent empty", o => o.AcceptContent = [], "Property AcceptContent: must name at least one serializer; 'json' would work" },
        {
            "AcceptContent", o => o.AcceptContent = ["json", "pickle"],
            "AcceptContent names the serializer 'pickle', which is not known; known: json. AddPickle() of the package CeleryNet.Pickle adds it."
        },
        {
            "ResultAcceptContent", o => o.ResultAcceptContent = ["yaml"],
            "ResultAcceptContent names the serializer 'yaml', which is not known; known: json. AddYaml() of the package CeleryNet.Yaml adds it."
        },
        {
            "TaskSerializer", o => o.TaskSerializer = "msgpack",
            "TaskSerializer names the serializer 'msgpack', which is not known; known: json. AddMessagePack() of the package CeleryNet.MessagePack adds it."
        },
        { "EventSerializer", o => o.EventSerializer = "xml", "EventSerializer names the serializer 'xml', which is not known; known: json." },
        { "ResultSerializer", o => o.ResultSerializer = "xml", "ResultSerializer names the serializer 'xml', which is not known; known: json." },
        {
            "TaskCompression", o => o.TaskCompression = "zstd",
            "TaskCompression names the compression 'zstd', which is not known; known: brotli, gzip, zlib. "
                + "AddCompression() of the package CeleryNet.Compression adds bzip2, lzma and zstd."
        },
        { "MaxBodySize low", o => o.MaxBodySize = 1023, "Property MaxBodySize: must be 1024 to 1073741824 bytes, was 1023" },
        { "MaxBodySize high", o => o.MaxBodySize = int.MaxValue, "Property MaxBodySize: must be 1024 to 1073741824 bytes, was 2147483647" },
        { "PrioritySteps empty", o => o.PrioritySteps = [], "Property PrioritySteps: must ascend from 0 to at most 9, was []" },
        { "PrioritySteps without 0", o => o.PrioritySteps = [1, 2], "Property PrioritySteps: must ascend from 0 to at most 9, was [1, 2]" },
        { "PrioritySteps beyond 9", o => o.PrioritySteps = [0, 10], "Property PrioritySteps: must ascend from 0 to at most 9, was [0, 10]" },
        { "PrioritySteps twice", o => o.PrioritySteps = [0, 3, 3], "Property PrioritySteps: must ascend from 0 to at most 9, was [0, 3, 3]" },
        { "PrioritySteps descending", o => o.PrioritySteps = [0, 6, 3], "Property PrioritySteps: must ascend from 0 to at most 9, was [0, 6, 3]" },
        { "ControlExchange", o => o.ControlExchange = " ", "Property ControlExchange: must not be empty; 'celery' would work" },
        { "ControlQueueTtl", o => o.ControlQueueTtl = TimeSpan.FromDays(25), "Property ControlQueueTtl: must be 00:00:00 to 24.00:00:00, was 25.00:00:00" },
        { "ControlQueueExpires", o => o.ControlQueueExpires = TimeSpan.Zero, "Property ControlQueueExpires: must be 00:00:01 to 24.00:00:00, was 00:00:00" },
        { "EventExchange", o => o.EventExchange = " ", "Property EventExchange: must not be empty; 'celeryev' would work" },
        { "EventQueuePrefix", o => o.EventQueuePrefix = "", "Property EventQueuePrefix: must not be empty; 'celeryev' would work" },
        { "EventQueueTtl", o => o.EventQueueTtl = TimeSpan.FromSeconds(-1), "Property EventQueueTtl: must be 00:00:00 to 24.00:00:00, was -00:00:01" },
        { "EventQueueExpires", o => o.EventQueueExpires = TimeSpan.Zero, "Property EventQueueExpires: must be 00:00:01 to 24.00:00:00, was 00:00:00" },
        { "EventQueue flags", o => o.EventQueueExclusive = o.EventQueueDurable = true, "Property EventQueueExclusive: must not be true together with EventQueueDurable; choose one" },
        { "ControlQueue flags", o => o.ControlQueueExclusive = o.ControlQueueDurable = true, "Property ControlQueueExclusive: must not be true together with ControlQueueDurable; choose one" },
        { "TimeZone", o => o.TimeZone = "Mars/Base", "Property TimeZone: must be a time zone of this system such as 'Europe/Rome', was 'Mars/Base'" },
        { "read broker", o => o.BrokerRead = "ftp://h", "Property BrokerRead: The broker 'ftp://h/' has the unknown scheme 'ftp'; known: amqp, amqps, pyamqp, pyamqps, redis, rediss, redis+socket, sentinel, memory." },
        { "write brokers of two kinds", o => o.BrokerWrite = "amqp://a;redis://b", "Property BrokerWrite: Brokers that stand in for each other must be of one kind, were amqp and redis." },
        { "RedisSocketTimeout", o => o.RedisSocketTimeout = TimeSpan.Zero, "Property RedisSocketTimeout: must be 00:00:00.1000000 to 00:10:00, was 00:00:00" },
        { "RedisConnectTimeout", o => o.RedisConnectTimeout = TimeSpan.Zero, "Property RedisConnectTimeout: must be 00:00:00.1000000 to 00:10:00, was 00:00:00" },
        { "BrokerFailoverStrategy", o => o.BrokerFailoverStrategy = (BrokerFailoverStrategy)7, "Property BrokerFailoverStrategy: must be RoundRobin or Shuffle, was 7" },
        { "BrokerLoginMethod", o => o.BrokerLoginMethod = (BrokerLoginMethod)(-1), "Property BrokerLoginMethod: must be Plain or External, was -1" },
        {
            "SentinelMasterName", o => o.Broker = "sentinel://a;sentinel://b",
            "Property SentinelMasterName: must be the name of the master that the sentinels of the broker watch (master_name), was empty"
        },
        {
            "SentinelMasterName of a broker to read", o => (o.BrokerRead, o.SentinelMasterName) = ("sentinel://a", " "),
            "Property SentinelMasterName: must be the name of the master that the sentinels of the broker watch (master_name), was empty"
        },
        {
            "ResultSentinelMasterName", o => o.ResultBackend = "sentinel://a",
            "Property ResultSentinelMasterName: must be the name of the master that the sentinels of the result backend watch (master_name), "
                + "unless SentinelMasterName is; was empty"
        },
        { "RedisSeparator", o => o.RedisSeparator = "", "Property RedisSeparator: must not be empty; leave it out for the one that Celery has" },
        { "FanoutPrefix without a slash", o => o.FanoutPrefix = "shop.", "Property FanoutPrefix: must be empty, or begin with / and end with its only full stop as '/{db}.' does, was 'shop.'" },
        { "FanoutPrefix without a full stop", o => o.FanoutPrefix = "/shop", "Property FanoutPrefix: must be empty, or begin with / and end with its only full stop as '/{db}.' does, was '/shop'" },
        { "FanoutPrefix with two", o => o.FanoutPrefix = "/a.b.", "Property FanoutPrefix: must be empty, or begin with / and end with its only full stop as '/{db}.' does, was '/a.b.'" },
        { "TLS of a socket", o => (o.Broker, o.Tls.Enabled) = ("redis+socket:///run/redis.sock", true), "Property Tls.Enabled: must be false with a redis+socket:// URL, which has no TLS" },
        { "TLS of results", o => o.ResultTls = new() { KeyFile = "no-key.pem" }, "Property ResultTls.KeyFile: must name an existing PEM file, was 'no-key.pem'" },
        { "CA file", o => o.Tls.CaCertificateFile = "no-ca.pem", "Property Tls.CaCertificateFile: must name an existing PEM file, was 'no-ca.pem'" },
        { "certificate file", o => o.Tls.CertificateFile = "no-cert.pem", "Property Tls.CertificateFile: must name an existing PEM file, was 'no-cert.pem'" },
        { "key file", o => o.Tls.KeyFile = "no-key.pem", "Property Tls.KeyFile: must name an existing PEM file, was 'no-key.pem'" },
    };

    public static TheoryData<string, Action<WorkerOptions>, string> BadWorker { get; } = new()
    {
        { "Concurrency low", o => o.Concurrency = 0, "Property Concurrency: must be 1 to 65535, was 0" },
        { "Concurrency high", o => o.Concurrency = 65_536, "Property Concurrency: must be 1 to 65535, was 65536" },
        { "Autoscale low", o => o.Autoscale = new(10, 0), "Property Autoscale: must be max,min with 1 <= min <= max <= 65535, was 10,0" },
        { "Autoscale high", o => o.Autoscale = new(65_536, 1), "Property Autoscale: must be max,min with 1 <= min <= max <= 65535, was 65536,1" },
        { "Autoscale in the other order", o => o.Autoscale = new(2, 20), "Property Autoscale: must be max,min with 1 <= min <= max <= 65535, was 2,20" },
        { "ExcludeQueues", o => o.ExcludeQueues = [""], "Property ExcludeQueues: must not hold an empty name" },
        { "PrefetchMultiplier low", o => o.PrefetchMultiplier = -1, "Property PrefetchMultiplier: must be 0 to 1024, was -1" },
        { "PrefetchMultiplier high", o => o.PrefetchMultiplier = 1025, "Property PrefetchMultiplier: must be 0 to 1024, was 1025" },
        { "EtaTaskLimit low", o => o.EtaTaskLimit = -1, "Property EtaTaskLimit: must be 0 to 65535, was -1" },
        { "EtaTaskLimit high", o => o.EtaTaskLimit = 65_536, "Property EtaTaskLimit: must be 0 to 65535, was 65536" },
        { "MaxDeliveries", o => o.MaxDeliveries = 0, "Property MaxDeliveries: must be 1 or more, or null for no bound, was 0" },
        { "ShutdownGrace low", o => o.ShutdownGrace = TimeSpan.FromSeconds(-1), "Property ShutdownGrace: must be 00:00:00 to 1.00:00:00, was -00:00:01" },
        { "ShutdownGrace high", o => o.ShutdownGrace = TimeSpan.FromHours(25), "Property ShutdownGrace: must be 00:00:00 to 1.00:00:00, was 1.01:00:00" },
        { "TimeLimit", o => o.TimeLimit = TimeSpan.FromSeconds(-1), "Property TimeLimit: must be 00:00:00 (no limit) to 365.00:00:00, was -00:00:01" },
        { "SoftTimeLimit", o => o.SoftTimeLimit = TimeSpan.FromDays(366), "Property SoftTimeLimit: must be 00:00:00 (no limit) to 365.00:00:00, was 366.00:00:00" },
        { "SoftTimeLimit not below TimeLimit", o => (o.SoftTimeLimit, o.TimeLimit) = (TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1)), "Property SoftTimeLimit: must be less than TimeLimit, which is 00:01:00, was 00:01:00" },
        { "MaxStuckTasks", o => o.MaxStuckTasks = -1, "Property MaxStuckTasks: must be 0 or more, or left out for any number, was -1" },
        { "MaxTasks", o => o.MaxTasks = 0, "Property MaxTasks: must be 1 or more, or left out for any number, was 0" },
        { "MaxMemory", o => o.MaxMemory = 0, "Property MaxMemory: must be 1 kB or more, or left out for no bound, was 0" },
        { "SoftShutdownTimeout low", o => o.SoftShutdownTimeout = TimeSpan.FromSeconds(-1), "Property SoftShutdownTimeout: must be 00:00:00 to 1.00:00:00, was -00:00:01" },
        { "SoftShutdownTimeout high", o => o.SoftShutdownTimeout = TimeSpan.FromHours(25), "Property SoftShutdownTimeout: must be 00:00:00 to 1.00:00:00, was 1.01:00:00" },
        { "DefaultRateLimit", o => o.DefaultRateLimit = "10/d", "Property DefaultRateLimit: must be a rate such as '10/s', '100/m' or '1000/h', or '0' for none, was '10/d'" },
        { "Queues", o => o.Queues = ["celery", ""], "Property Queues: must not hold an empty name" },
        { "UnrunnableMessages", o => o.UnrunnableMessages = (UnrunnableMessages)7, "Property UnrunnableMessages: must be Keep or Reject, was 7" },
        { "RevokesMax low", o => o.RevokesMax = 0, "Property RevokesMax: must be 1 to 10000000, was 0" },
        { "RevokesMax high", o => o.RevokesMax = 10_000_001, "Property RevokesMax: must be 1 to 10000000, was 10000001" },
        { "RevokeExpires low", o => o.RevokeExpires = TimeSpan.Zero, "Property RevokeExpires: must be 00:00:01 to 3650.00:00:00, was 00:00:00" },
        { "RevokeExpires high", o => o.RevokeExpires = TimeSpan.FromDays(3651), "Property RevokeExpires: must be 00:00:01 to 3650.00:00:00, was 3651.00:00:00" },
        { "HeartbeatInterval low", o => o.HeartbeatInterval = TimeSpan.Zero, "Property HeartbeatInterval: must be 00:00:00.1 to 01:00:00, was 00:00:00; for no heartbeats set SendHeartbeats to false" },
        { "HeartbeatInterval high", o => o.HeartbeatInterval = TimeSpan.FromHours(2), "Property HeartbeatInterval: must be 00:00:00.1 to 01:00:00, was 02:00:00; for no heartbeats set SendHeartbeats to false" },
        { "StateDb elsewhere", o => o.StateDb = "/no/such/%%/state", "Property StateDb: must name a file in an existing directory, was '/no/such/%/state'" },
        { "StateDb expansion", o => o.StateDb = "%x", "Property StateDb: StateDb '%x' has an unknown expansion; %h, %n, %d, %p and %% are known." },
        { "Hostname empty", o => o.Hostname = "", "Property Hostname: Hostname must not be empty; 'celery@%h' would work." },
        { "Hostname expansion", o => o.Hostname = "w@%x", "Property Hostname: Hostname 'w@%x' has an unknown expansion; %h, %n, %d, %i, %I and %% are known." },
    };

    public static TheoryData<string, Action<CeleryOptions>> Good { get; } = new()
    {
        { "defaults", _ => { } },
        { "brokers of one kind", o => o.Broker = "amqp://a;amqps://b;pyamqp://c" },
        { "Redis of all kinds", o => o.Broker = "redis://a;rediss://b;redis+socket:///run/redis.sock" },
        { "backends", o => o.ResultBackend = "rpc://" },
        { "least", o => (o.DefaultPriority, o.ResultExpires, o.Heartbeat, o.MaxBodySize, o.PrioritySteps) = (0, TimeSpan.Zero, TimeSpan.Zero, 1024, [0]) },
        { "least times", o => (o.PublishTimeout, o.ConnectTimeout, o.VisibilityTimeout) = (TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1)) },
        { "most", o => (o.DefaultPriority, o.ResultExpires, o.Heartbeat, o.MaxBodySize, o.PrioritySteps) = (255, TimeSpan.FromDays(365), TimeSpan.FromHours(1), 1024 * 1024 * 1024, [0, 9]) },
        { "most times", o => (o.PublishTimeout, o.ConnectTimeout, o.VisibilityTimeout) = (TimeSpan.FromHours(1), TimeSpan.FromMinutes(10), TimeSpan.FromDays(30)) },
        { "sentinels", o => (o.Broker, o.ResultBackend, o.SentinelMasterName) = ("sentinel://a;sentinel://b", "sentinel://a", "main") },
        { "sentinels of results", o => (o.ResultBackend, o.ResultSentinelMasterName) = ("sentinel://a", "main") },
        { "fanout prefixes", o => o.FanoutPrefix = "" },
        { "a fanout prefix", o => o.FanoutPrefix = "/shop{db}." },
        { "TLS", o => (o.Broker, o.Tls.Enabled) = ("amqp://a", true) },
        { "files", o => (o.Tls.CaCertificateFile, o.Tls.CertificateFile, o.Tls.KeyFile) = (_here, _here, _here) },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void Bad_value_is_an_error_with_key_rule_and_value(string what, Action<CeleryOptions> change, string message)
    {
        var options = new CeleryOptions();
        change(options);

        new CeleryOptionsValidator([], [], []).Validate(null, options).Failures.ShouldNotBeNull(what).ShouldBe([message]);
        message.ShouldNotContain("secret");
    }

    [Theory]
    [MemberData(nameof(BadWorker))]
    public void Bad_value_of_the_worker_is_an_error_with_key_rule_and_value(string what, Action<WorkerOptions> change, string message)
    {
        var options = new WorkerOptions();
        change(options);

        new WorkerOptionsValidator().Validate(null, options).Failures.ShouldNotBeNull(what).ShouldBe([message]);
    }

    [Theory]
    [MemberData(nameof(Good))]
    public void Values_up_to_the_bounds_are_taken(string what, Action<CeleryOptions> change)
    {
        var options = new CeleryOptions();
        change(options);

        new CeleryOptionsValidator([], [], []).Validate(null, options).Succeeded.ShouldBeTrue(what);
    }

    [Fact]
    public void Every_option_with_a_rule_is_tested_here()
    {
        // A new option with a rule gets its row above.
        var options = new CeleryOptions
        {
            Broker = "redis+socket:///run/redis.sock;sentinel://x;x",
            ResultBackend = "sentinel://x;x",
            DefaultQueue = "",
            DefaultPriority = -1,
            DefaultExchange = "",
            DefaultExchangeType = "x",
            CreateMissingQueueExchangeType = "x",
            DefaultQueueType = (QueueType)9,
            NativeDelayedDeliveryQueueType = (QueueType)9,
            CreateMissingQueueType = (QueueType)9,
            DefaultDeliveryMode = (DeliveryMode)3,
            QueueMaxPriority = 0,
            ResultExpires = -TimeSpan.MaxValue,
            ControlExchange = "",
            ControlQueueTtl = -TimeSpan.MaxValue,
            ControlQueueExpires = default,
            ControlQueueExclusive = true,
            ControlQueueDurable = true,
            EventExchange = "",
            EventQueuePrefix = "",
            EventQueueTtl = -TimeSpan.MaxValue,
            EventQueueExpires = default,
            EventQueueExclusive = true,
            EventQueueDurable = true,
            PublishTimeout = default,
            PublishConcurrency = 0,
            ConnectTimeout = default,
            ConnectMaxRetries = -1,
            ResultStoreMaxRetries = -1,
            ResultStoreRetryDelay = default,
            ResultStoreRetryMaxDelay = default,
            RedisSocketTimeout = default,
            BrokerRead = "x",
            BrokerWrite = "x",
            Heartbeat = -TimeSpan.MaxValue,
            VisibilityTimeout = default,
            MaxBodySize = 0,
            MaxDepth = 0,
            MaxCompressionRatio = 0,
            TaskProtocol = 0,
            AcceptContent = [],
            PrioritySteps = [],
            TimeZone = "x",
            Tls = new() { CaCertificateFile = "x", CertificateFile = "x", KeyFile = "x", Enabled = true },
            ResultTls = new() { KeyFile = "x" },
            RedisConnectTimeout = default(TimeSpan),
            BrokerFailoverStrategy = (BrokerFailoverStrategy)9,
            BrokerLoginMethod = (BrokerLoginMethod)9,
            RedisSeparator = "",
            FanoutPrefix = "x",
        };

        var keys = new CeleryOptionsValidator([], [], []).Validate(null, options).Failures.ShouldNotBeNull().Select(KeyOf).ToArray();

        keys.Length.ShouldBe(53);
        keys.Order(StringComparer.Ordinal).ShouldBe(Bad.Where(row => row.Data.Item3.StartsWith("Property", StringComparison.Ordinal)).Select(row => KeyOf(row.Data.Item3)).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Host_of_a_client_does_not_start_with_bad_options_and_says_all_that_is_wrong()
        => (await StartAsync(services => services.AddCelery(celery => (celery.Broker, celery.DefaultPriority) = ("redis://a;amqp://b", 300))))
            .Select(KeyOf).ShouldBe(["Broker", "DefaultPriority"]);

    [Fact]
    public async Task Host_of_a_worker_does_not_start_with_bad_options_and_says_all_that_is_wrong()
        => (await StartAsync(services => services.AddCelery().AddWorker(worker => (worker.Concurrency, worker.Hostname) = (0, ""))))
            .Select(KeyOf).ShouldBe(["Concurrency", "Hostname"]);

    private static async Task<IEnumerable<string>> StartAsync(Action<IServiceCollection> add)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        add(builder.Services);
        using var host = builder.Build();
        return (await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken))).Failures;
    }

    private static string KeyOf(string failure) => failure["Property ".Length..failure.IndexOf(':', StringComparison.Ordinal)];
}
