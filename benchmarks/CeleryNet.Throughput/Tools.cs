using CeleryNet.TestKit;
using CeleryNet.Throughput.Peers;

namespace CeleryNet.Throughput;

/// <summary>The programs that a run needs besides itself.</summary>
/// <param name="Missing">What is not installed, by the names of Debian's packages.</param>
/// <param name="HasGevent">Whether Celery can use gevent.</param>
/// <param name="Versions">What was found.</param>
internal sealed record Tools(IReadOnlyList<string> Missing, bool HasGevent, IReadOnlyDictionary<string, string> Versions)
{
    public static async Task<Tools> FindAsync(BenchArguments arguments, CancellationToken cancellationToken)
    {
        var missing = new List<string>();
        if (!IsOnPath("redis-server"))
        {
            missing.Add("redis-server");
        }

        if (arguments.Brokers.Contains("amqp") && !File.Exists("/usr/lib/rabbitmq/bin/rabbitmq-server"))
        {
            missing.Add("rabbitmq-server");
        }

        if (arguments.Native && !IsOnPath("clang") && !IsOnPath("gcc"))
        {
            missing.AddRange(["gcc", "zlib1g-dev"]);
        }

        var versions = new Dictionary<string, string>();
        if (!arguments.Peers.Contains(PeerFamily.Celery))
        {
            return new Tools(missing, false, versions);
        }

        if (await AskAsync(arguments.Python, "import celery, redis, sys; print(celery.__version__, 'on Python', sys.version.split()[0])", cancellationToken) is { } celery)
        {
            versions["celery"] = celery;
        }
        else
        {
            missing.AddRange(["python3-celery", "python3-redis"]);
        }

        var gevent = await AskAsync(arguments.Python, "import gevent; print(gevent.__version__)", cancellationToken);
        versions["gevent"] = gevent ?? "none";
        return new Tools(missing, gevent is not null, versions);
    }

    private static bool IsOnPath(string program)
        => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));

    /// <summary>What a line of Python prints; null when it fails.</summary>
    private static async Task<string?> AskAsync(string python, string code, CancellationToken cancellationToken)
    {
        await using var process = ChildProcess.Start(python, ["-c", code]);
        return await process.WaitForExitAsync().WaitAsync(cancellationToken) == 0 ? process.Output.Trim() : null;
    }
}
