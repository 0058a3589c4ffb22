using StackExchange.Redis;

namespace CeleryNet.Transports.Redis;

/// <summary>Pushes messages to lists, in bursts: those of a list in one command, those of several lists in one round trip.</summary>
internal sealed class PushedElements
{
    // The server does nothing else meanwhile.
    private const int LargestBurst = 500;
    private const long LargestWeight = 1 << 20;

    private readonly Bursts<(string List, ReadOnlyMemory<byte> Element)> _bursts;
    private readonly RedisConnection _connection;

    public PushedElements(RedisConnection connection)
    {
        _connection = connection;
        _bursts = new((LargestBurst, LargestWeight), static item => item.Element.Length, PushAsync);
    }

    /// <summary>Pushes a message; returns when the list has it.</summary>
    public ValueTask PushAsync(string list, ReadOnlyMemory<byte> element, CancellationToken cancellationToken)
        => _bursts.SendAsync((list, element), cancellationToken);

    private async Task PushAsync(IReadOnlyList<(string List, ReadOnlyMemory<byte> Element)> items, BurstAnswer[] answers)
    {
        var database = await _connection.GetDatabaseAsync(CancellationToken.None).ConfigureAwait(false);
        if (items.Count == 1)
        {
            await database.ListLeftPushAsync(items[0].List, items[0].Element).ConfigureAwait(false);
            return;
        }

        // A list that is none, or a full server, is the trouble of those alone whom it concerns.
        await Task.WhenAll(Enumerable.Range(0, items.Count).GroupBy(place => items[place].List).Select(async places =>
        {
            try
            {
                RedisValue[] elements = [.. places.Select(place => (RedisValue)items[place].Element)];
                await database.ListLeftPushAsync(places.Key, elements).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // Each of those who wait is told, whatever it was.
            catch (Exception error)
#pragma warning restore CA1031
            {
                foreach (var place in places)
                {
                    answers[place] = new BurstAnswer(false, error);
                }
            }
        })).ConfigureAwait(false);
    }
}
