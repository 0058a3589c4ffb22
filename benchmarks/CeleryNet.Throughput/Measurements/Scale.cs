using CeleryNet.Throughput.Peers;

namespace CeleryNet.Throughput.Measurements;

/// <summary>
/// How much is done in a turn: enough that a peer is warm and a moment of somebody else's weighs little, and not so much that a run takes hours. Who is faster
/// does more, so that all are looked at for about as long.
/// </summary>
/// <param name="quick">For a run of a few minutes.</param>
internal sealed class Scale(bool quick)
{
    /// <summary>The share of a turn that only warms up.</summary>
    public const int WarmUpPart = 2;

    /// <summary>Rounds of what takes long and shows little spread.</summary>
    public int? SlowRounds => quick ? 1 : 2;

    public TimeSpan IdleSettling => TimeSpan.FromSeconds(quick ? 2 : 5);

    public TimeSpan IdleTime => TimeSpan.FromSeconds(quick ? 4 : 20);

    /// <summary>How many messages may be in a queue, and how often that many.</summary>
    public IReadOnlyList<(int Queued, int Times)> Growth => quick
        ? [(1_000, 10), (10_000, 3), (100_000, 1)]
        : [(1_000, 30), (10_000, 5), (100_000, 2), (1_000_000, 1)];

    /// <summary>How many results are waited for at once.</summary>
    public static int Awaited => 10_000;

    public int GrowthWarmUp => quick ? 40_000 : 100_000;

    public int Drain(Peer peer, bool onRedis) => (peer.Family, onRedis) switch
    {
        (PeerFamily.Celery, _) => quick ? 1_600 : 8_000,
        (PeerFamily.CeleryNet, true) => quick ? 80_000 : 400_000,
        (_, true) => quick ? 160_000 : 480_000,
        (PeerFamily.CeleryNet, false) => quick ? 24_000 : 120_000,
        (_, false) => quick ? 32_000 : 120_000,
    };

    /// <summary>Messages in each of the lists of many queues.</summary>
    public int OfOneList(Peer peer) => peer.Family == PeerFamily.Celery ? quick ? 8 : 32 : quick ? 250 : 1_000;

    public int Publish(Peer peer, bool onRedis, int window) => (peer.Family, onRedis, window) switch
    {
        (PeerFamily.Celery, _, _) => quick ? 1_600 : 8_000,
        (_, true, 1) => quick ? 8_000 : 40_000,
        (_, true, _) => quick ? 80_000 : 320_000,
        (_, false, 1) => quick ? 400 : 2_400,
        (_, false, _) => quick ? 4_000 : 24_000,
    };

    public (int WarmUp, int Count) RoundTrips(Peer peer) => peer.Family == PeerFamily.Celery
        ? quick ? (30, 200) : (100, 1_000)
        : quick ? (1_000, 1_000) : (3_000, 5_000);

    /// <summary>Waiting tasks; what is fewer than 10,000 is scaled up, which favours nobody: each slot takes one after the other.</summary>
    public int Waiting(Peer peer) => quick && peer.Family == PeerFamily.Celery ? 1_000 : 10_000;
}
