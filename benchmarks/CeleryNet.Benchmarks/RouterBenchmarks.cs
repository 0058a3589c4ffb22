using BenchmarkDotNet.Attributes;
using CeleryNet.Routing;
using CeleryNet.Transports.Redis;

namespace CeleryNet.Benchmarks;

/// <summary>Where a call goes.</summary>
public class RouterBenchmarks
{
    private const string Separator = "\x06\x16";

    private readonly TaskRouter _plain = new("celery");
    private readonly TaskRouter _routed = new(CreateOptions());
    private readonly Signature _unrouted = BenchmarkTasks.Signatures.Add(2, 3);
    private readonly Signature _direct = new("media.resize", []);
    private readonly Signature _glob = new("mail.letters.send", []);
    private readonly Signature _topic = new("events.moved", []);
    private readonly RedisBindings _redis = new();
    private readonly string[] _bindings =
    [
        RedisBindings.Member(new BindingSpec(new ExchangeSpec("post", "topic"), "letter.*.in"), "letters", Separator),
        RedisBindings.Member(new BindingSpec(new ExchangeSpec("post", "topic"), "parcel.#"), "parcels", Separator),
    ];

    [Benchmark]
    public object NoRoutes() => _plain.Route(_unrouted);

    [Benchmark]
    public object NoRouteFits() => _routed.Route(_unrouted);

    [Benchmark]
    public object ByName() => _routed.Route(_direct);

    [Benchmark]
    public object ByPattern() => _routed.Route(_glob);

    [Benchmark]
    public object ToTopicExchange() => _routed.Route(_topic);

    [Benchmark]
    public bool TopicPatternMatches() => TopicPattern.Matches("letter.*.in", "letter.air.in");

    [Benchmark]
    public object RedisTopicBindings() => _redis.Match(_bindings, "letter.air.in", Separator);

    private static CeleryOptions CreateOptions()
    {
        var options = new CeleryOptions
        {
            Queues = [new("celery"), new("letters") { Exchange = "post", ExchangeType = "topic", RoutingKey = "letter.in" }, new("media"), new("mail")],
        };
        options.Routes.Add("media.resize", "media").Add("video.*", "media").Add("mail.*", "mail").Add("events.moved", "letters");
        return options;
    }
}
