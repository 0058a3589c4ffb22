using CeleryNet.TestKit;

namespace CeleryNet.Interop.Tests.Peers;

/// <summary>A broker and a place for results.</summary>
public interface ICombination
{
    /// <summary>The broker's URL, for both sides.</summary>
    static abstract string Broker { get; }

    /// <summary>The result backend's URL, for both sides.</summary>
    static abstract string Results { get; }
}

/// <summary>The databases and schemes the combinations are made of.</summary>
internal static class Urls
{
    public static string RedisBroker => TestBrokers.RedisDatabase(9);

    public static string RedisResults => TestBrokers.RedisDatabase(10);

    public static string Rpc => "rpc://";
}

public sealed class RedisBrokerRedisResults : ICombination
{
    public static string Broker => Urls.RedisBroker;

    public static string Results => Urls.RedisResults;
}

public sealed class RedisBrokerRpcResults : ICombination
{
    public static string Broker => Urls.RedisBroker;

    public static string Results => Urls.Rpc;
}

public sealed class AmqpBrokerRedisResults : ICombination
{
    public static string Broker => TestBrokers.Amqp;

    public static string Results => Urls.RedisResults;
}

public sealed class AmqpBrokerRpcResults : ICombination
{
    public static string Broker => TestBrokers.Amqp;

    public static string Results => Urls.Rpc;
}

// Tests of one combination share its peers and run one after the other; the combinations run side by side.

[CollectionDefinition]
public sealed class RedisRedis : ICollectionFixture<PeerFixture<RedisBrokerRedisResults>>;

[CollectionDefinition]
public sealed class RedisRpc : ICollectionFixture<PeerFixture<RedisBrokerRpcResults>>;

[CollectionDefinition]
public sealed class AmqpRedis : ICollectionFixture<PeerFixture<AmqpBrokerRedisResults>>;

[CollectionDefinition]
public sealed class AmqpRpc : ICollectionFixture<PeerFixture<AmqpBrokerRpcResults>>;
