using System.Diagnostics;
using StackExchange.Redis;

namespace CeleryNet.Throughput.Brokers;

/// <summary>The result backend seen from outside: Redis' database 1, which has one key for each result and nothing else.</summary>
internal sealed class ResultStore(IConnectionMultiplexer connection, string url)
{
    private const int Number = 1;

    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(4);

    private readonly IDatabase _database = connection.GetDatabase(Number);
    private readonly IServer _server = connection.GetServers()[0];

    public IDatabase Database => _database;

    public string Url => $"{url}/{Number}";

    public Task ResetAsync(CancellationToken cancellationToken) => _database.ExecuteAsync("FLUSHDB").WaitAsync(cancellationToken);

    /// <summary>Looks again and again how many results there are until all are there, and returns what it saw and when.</summary>
    /// <exception cref="TimeoutException">They were not there in time.</exception>
    public async Task<IReadOnlyList<(long Count, long Time)>> WatchAsync(long all, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var seen = new List<(long Count, long Time)>();
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var count = await _server.DatabaseSizeAsync(Number).WaitAsync(cancellationToken);
            seen.Add((count, Stopwatch.GetTimestamp()));
            if (count >= all)
            {
                return seen;
            }

            if (Stopwatch.GetElapsedTime(started) > deadline)
            {
                throw new TimeoutException($"{count} of {all} results were stored within {deadline}.");
            }

            await Task.Delay(_look, cancellationToken);
        }
    }

    /// <summary>Looks at one stored result, whichever.</summary>
    /// <exception cref="InvalidOperationException">It is not that of the addition.</exception>
    public async Task CheckOneAsync(CancellationToken cancellationToken)
    {
        var key = await _database.KeyRandomAsync().WaitAsync(cancellationToken);
        var document = (string?)await _database.StringGetAsync(key).WaitAsync(cancellationToken) ?? "";
        if (!document.Contains("\"SUCCESS\"", StringComparison.Ordinal) || !document.Contains("\"result\": 5", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"The result '{key}' is not that of add(2, 3): {document}");
        }
    }
}
