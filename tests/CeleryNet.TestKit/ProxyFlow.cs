using System.Net.Sockets;

namespace CeleryNet.TestKit;

/// <summary>The directions through a <see cref="TcpFaultProxy"/>.</summary>
[Flags]
public enum ProxyDirections
{
    /// <summary>From the client to the server: requests.</summary>
    ToServer = 1,

    /// <summary>From the server to the client: replies, and what the server sends unasked.</summary>
    ToClient = 2,

    /// <summary>Both.</summary>
    Both = ToServer | ToClient,
}

/// <summary>What one direction of a <see cref="TcpFaultProxy"/> lets through, and how fast.</summary>
internal sealed class ProxyFlow
{
    // So many pieces a second: small enough that a changed rate shows at once, and that a connection is slow rather than frozen for a while.
    private const int PiecesPerSecond = 20;

    private readonly Lock _gate = new();
    private TaskCompletionSource? _frozen;
    private Pace _pace = Pace.Full;

    public void Freeze()
    {
        lock (_gate)
        {
            _frozen ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public void Slow(TimeSpan delay, int? bytesPerSecond)
    {
        lock (_gate)
        {
            _pace = new Pace(delay, bytesPerSecond);
        }
    }

    public void Resume()
    {
        lock (_gate)
        {
            _pace = Pace.Full;
            _frozen?.SetResult();
            _frozen = null;
        }
    }

    /// <summary>Returns when bytes may pass.</summary>
    public Task WhenOpenAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _frozen is null ? Task.CompletedTask : _frozen.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Sends bytes as the flow lets them through.</summary>
    public async Task PassAsync(ReadOnlyMemory<byte> bytes, Socket to, CancellationToken cancellationToken)
    {
        await WhenOpenAsync(cancellationToken);
        await Task.Delay(CurrentPace().Delay, cancellationToken);
        while (bytes.Length > 0)
        {
            await WhenOpenAsync(cancellationToken);
            var rate = CurrentPace().BytesPerSecond;
            var piece = rate is { } limit ? bytes[..Math.Min(bytes.Length, Math.Max(1, limit / PiecesPerSecond))] : bytes;
            var sent = await to.SendAsync(piece, cancellationToken);
            bytes = bytes[sent..];
            if (rate is { } slow)
            {
                await Task.Delay(TimeSpan.FromSeconds((double)sent / slow), cancellationToken);
            }
        }
    }

    private Pace CurrentPace()
    {
        lock (_gate)
        {
            return _pace;
        }
    }

    private sealed record Pace(TimeSpan Delay, int? BytesPerSecond)
    {
        public static Pace Full { get; } = new(TimeSpan.Zero, null);
    }
}
