using System.Globalization;
using CeleryNet.TestKit;
using CeleryNet.Throughput.Processes;
using CeleryNet.Throughput.Work;

namespace CeleryNet.Throughput.Peers;

/// <summary>Starts peers: those in .NET by hidden commands of this program, Celery with the small application beside it.</summary>
/// <param name="python">The Python that can import Celery.</param>
internal sealed class Launcher(string python)
{
    private static readonly string _application = Path.Combine(AppContext.BaseDirectory, "python");

    /// <summary>Starts a worker that runs the tasks of a queue until it is stopped.</summary>
    public PeerProcess StartWorker(Peer peer, Job job) => peer.Family == PeerFamily.Celery
        ? StartPython(["-m", "celery", "-A", "app", "worker", "-Q", job.Queue, "-l", "error", .. peer.Settings], job)
        : StartSelf("worker", peer, job, peer.Settings);

    /// <summary>Starts a client that sends so many calls and tells when each is where it should be.</summary>
    /// <param name="peer">Who.</param>
    /// <param name="job">Where to.</param>
    /// <param name="count">How many.</param>
    /// <param name="window">How many may be on their way at a time; Celery knows no more than one.</param>
    public PeerProcess StartPublisher(Peer peer, Job job, int count, int window) => peer.Family == PeerFamily.Celery
        ? StartPython([Path.Combine(_application, "publish.py"), Text(count)], job)
        : StartSelf("publisher", peer, job, ["--count", Text(count), "--window", Text(window)]);

    /// <summary>Starts a client that calls and waits for the result, again and again, and tells how long it took.</summary>
    /// <param name="peer">Who.</param>
    /// <param name="job">Where to.</param>
    /// <param name="warmUp">How many calls come before those that are told of.</param>
    /// <param name="count">How many calls.</param>
    public PeerProcess StartCaller(Peer peer, Job job, int warmUp, int count) => peer.Family == PeerFamily.Celery
        ? StartPython([Path.Combine(_application, "call.py"), Text(warmUp), Text(count)], job)
        : StartSelf("caller", peer, job, ["--warm-up", Text(warmUp), "--count", Text(count)]);

    /// <summary>Starts a client that waits for so many results at once, whose tasks others send.</summary>
    public PeerProcess StartAwaiter(Peer peer, Job job, int count) => peer.Family == PeerFamily.Celery
        ? StartPython([Path.Combine(_application, "await.py"), Text(count)], job)
        : StartSelf("awaiter", peer, job, ["--count", Text(count)]);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static PeerProcess StartSelf(string command, Peer peer, Job job, IReadOnlyList<string> settings)
    {
        var host = Environment.ProcessPath ?? throw new InvalidOperationException("The path of this program is not known.");
        string[] program = Path.GetFileNameWithoutExtension(host) == "dotnet" ? [typeof(Launcher).Assembly.Location] : [];
        string[] results = job.Results is { } url ? ["--results", url] : [];
        return new PeerProcess(ChildProcess.Start(
            host,
            [
                .. program, command, peer.Family == PeerFamily.Raw ? "raw" : "celerynet", "--broker", job.Broker, .. results,
                "--queue", job.Queue, .. settings,
            ],
            new Dictionary<string, string> { [Marks.IntervalVariable] = Text(job.MarkEvery) }));
    }

    private PeerProcess StartPython(IReadOnlyList<string> arguments, Job job) => new(ChildProcess.Start(
        python,
        ["-u", .. arguments],
        new Dictionary<string, string>
        {
            ["BENCH_BROKER"] = job.Broker,
            ["BENCH_RESULTS"] = job.Results ?? "",
            ["BENCH_QUEUE"] = job.Queue,
            [Marks.IntervalVariable] = Text(job.MarkEvery),
            ["PYTHONDONTWRITEBYTECODE"] = "1",
            // Root may run it; and it takes NO_COLOR for a boolean, which it need not be.
            ["C_FORCE_ROOT"] = "1",
            ["NO_COLOR"] = "1",
        },
        _application));
}
