using CeleryNet.TestKit;

namespace CeleryNet.Tests.Hosting;

/// <summary>What the tasks of one host have done.</summary>
public sealed class Ledger
{
    private int _made;

    /// <summary>The number each run's scoped service got, as it was disposed.</summary>
    public TestSignal<int> Disposed { get; } = new();

    /// <summary>How many scoped services were made.</summary>
    public int Made => Volatile.Read(ref _made);

    public int Next() => Interlocked.Increment(ref _made);
}

/// <summary>A service of one run.</summary>
public sealed class RunService(Ledger ledger) : IAsyncDisposable
{
    public int Number { get; } = ledger.Next();

    public bool IsDisposed { get; private set; }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        ledger.Disposed.Fire(Number);
        return ValueTask.CompletedTask;
    }
}

/// <summary>Another service of one run, which shares the first.</summary>
public sealed class SecondService(RunService first)
{
    public RunService First { get; } = first;
}

/// <summary>Tasks of an instance.</summary>
public sealed class HostedTasks(RunService first, SecondService second)
{
    /// <summary>The number of the run's service, after a while; -1 when the run has two of them or it was disposed under it.</summary>
    [CeleryTask("hosted.number")]
    public async Task<int> NumberAsync(CancellationToken cancellationToken)
    {
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        return ReferenceEquals(first, second.First) && !first.IsDisposed ? first.Number : -1;
    }

    [CeleryTask("hosted.fail")]
    public void Fail() => throw new FormatException($"run {first.Number}");
}

/// <summary>Tasks of no instance.</summary>
public static class StaticTasks
{
    [CeleryTask("static.add")]
    public static int Add(int x, int y) => x + y;
}

/// <summary>Tasks that others run.</summary>
public interface IForeignTasks
{
    [CeleryTask("foreign.embed", Queue = "gpu")]
    float[] Embed(string text);
}

/// <summary>A type that is known by reflection only.</summary>
internal sealed record Parcel(string Street);

/// <summary>A task that takes it.</summary>
internal static class ParcelTasks
{
    [CeleryTask("parcel.ship")]
    public static int Ship(Parcel parcel) => parcel.Street.Length;
}
