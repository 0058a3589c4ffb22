using StackExchange.Redis;

namespace CeleryNet.Transports.Redis;

/// <summary>
/// Takes settled messages out of the record in bursts: one goes at once, what comes while it is under way goes together with the next call. A burst waits
/// for nothing but the call before it.
/// </summary>
internal sealed class SettledTags(RedisConnection connection, RedisKey[] record)
{
    // How many tags one script takes: others wait for the server meanwhile, and Lua unpacks no more than some thousands.
    private const int LargestBurst = 500;

    private readonly Lock _gate = new();
    private List<Entry> _waiting = [];
    private bool _sending;

    /// <summary>Takes a tag out; false when it was not there any more.</summary>
    public Task<bool> ForgetAsync(string tag, CancellationToken cancellationToken)
    {
        var entry = new Entry(tag);
        bool first;
        lock (_gate)
        {
            _waiting.Add(entry);
            first = !_sending;
            _sending = true;
        }

        if (first)
        {
            _ = SendAsync();
        }

        return entry.Forgotten.Task.WaitAsync(cancellationToken);
    }

    private async Task SendAsync()
    {
        while (TakeBurst() is { } burst)
        {
            try
            {
                var database = await connection.GetDatabaseAsync(CancellationToken.None).ConfigureAwait(false);
                RedisValue[] tags = [.. burst.Select(entry => (RedisValue)entry.Tag)];
                var missing = (int[])(await database.ScriptEvaluateAsync(RedisScripts.Forget, record, tags).ConfigureAwait(false))!;
                for (var i = 0; i < burst.Count; i++)
                {
                    burst[i].Forgotten.SetResult(!missing.Contains(i + 1));
                }
            }
#pragma warning disable CA1031 // Each of those who wait is told, whatever it was; they know what to make of it.
            catch (Exception error)
#pragma warning restore CA1031
            {
                foreach (var entry in burst)
                {
                    entry.Forgotten.TrySetException(error);

                    // Who has given up waiting does not look.
                    _ = entry.Forgotten.Task.Exception;
                }
            }
        }
    }

    private List<Entry>? TakeBurst()
    {
        lock (_gate)
        {
            var burst = _waiting;
            if (burst.Count == 0)
            {
                _sending = false;
                return null;
            }

            if (burst.Count <= LargestBurst)
            {
                _waiting = [];
                return burst;
            }

            _waiting = burst[LargestBurst..];
            return burst[..LargestBurst];
        }
    }

    private sealed class Entry(string tag)
    {
        public string Tag => tag;

        public TaskCompletionSource<bool> Forgotten { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
