using CeleryNet.Throughput.Work;

namespace CeleryNet.Throughput.Peers;

/// <summary>One of those who take turns.</summary>
/// <param name="Name">Its name in tables.</param>
/// <param name="Family">What it is.</param>
/// <param name="Settings">What its worker is told besides the broker and the queue, in its own words.</param>
internal sealed record Peer(string Name, PeerFamily Family, params IReadOnlyList<string> Settings)
{
    /// <summary>The task that it adds with.</summary>
    public TaskCall Addition { get; private init; } = TaskCall.Add;

    /// <summary>The same without a worker, and so without its settings.</summary>
    public Peer AsClient => this with { Settings = [] };

    /// <summary>A worker tuned for many small tasks: 256 messages may be on their way.</summary>
    public static Peer CeleryNet { get; } = new("celerynet", PeerFamily.CeleryNet, "--concurrency", "64", "--prefetch", "4");

    /// <summary>The same with a static task, which needs no instance.</summary>
    public static Peer CeleryNetStatic { get; } = new("celerynet-static", PeerFamily.CeleryNet, "--static", "--concurrency", "64", "--prefetch", "4")
    {
        Addition = TaskCall.AddStatic,
    };

    /// <summary>A worker as it is without any setting.</summary>
    public static Peer CeleryNetDefault { get; } = new("celerynet-default", PeerFamily.CeleryNet);

    public static Peer CeleryNetThousandSlots { get; } = new("celerynet", PeerFamily.CeleryNet, "--concurrency", "1000");

    /// <summary>The sample's worker, compiled ahead of time.</summary>
    public static Peer CeleryNetNative { get; } = new("celerynet", PeerFamily.CeleryNet) { Addition = TaskCall.AddOfSample };

    public static Peer Celery { get; } = new("celery", PeerFamily.Celery, "-P", "prefork", "-c", "2");

    /// <summary>Without what it says to its neighbours when it starts.</summary>
    public static Peer CeleryAlone { get; } = new("celery-alone", PeerFamily.Celery, "-P", "prefork", "-c", "2", "--without-mingle", "--without-gossip");

    public static Peer CeleryThreads { get; } = new("celery", PeerFamily.Celery, "-P", "threads", "-c", "100");

    public static Peer CeleryGevent { get; } = new("celery-gevent", PeerFamily.Celery, "-P", "gevent", "-c", "500");

    /// <summary>On RabbitMQ it acknowledges in multiples, as CeleryNet does.</summary>
    public static Peer Raw { get; } = new("raw", PeerFamily.Raw);

    public static Peer RawThousandSlots { get; } = new("raw", PeerFamily.Raw, "--concurrency", "1000");

    public static Peer RawSingleAcks { get; } = new("raw-single", PeerFamily.Raw, "--single-acks");
}
