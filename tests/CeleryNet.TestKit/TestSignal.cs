using System.Threading.Channels;

namespace CeleryNet.TestKit;

/// <summary>Something that happens and that a test waits for instead of sleeping. Each <see cref="Fire()"/> lets one wait pass, before or after it began.</summary>
public sealed class TestSignal
{
    private readonly TestSignal<bool> _inner = new();

    /// <summary>How often it was fired.</summary>
    public int Count => _inner.Count;

    /// <summary>Says that it happened.</summary>
    public void Fire() => _inner.Fire(true);

    /// <summary>Waits until it has happened once more than was waited for before.</summary>
    /// <param name="what">What is waited for, for the message of a failure.</param>
    /// <param name="bound">The longest wait; null for <see cref="Bound.Default"/>.</param>
    public Task WaitAsync(string what = "a signal", TimeSpan? bound = null) => _inner.WaitAsync(what, bound);
}

/// <summary>Something that happens with a value, and that a test waits for instead of sleeping.</summary>
/// <typeparam name="T">What it comes with.</typeparam>
public sealed class TestSignal<T>
{
    private readonly Channel<T> _values = Channel.CreateUnbounded<T>();
    private int _count;

    /// <summary>How often it was fired.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Says that it happened.</summary>
    /// <param name="value">What it came with.</param>
    public void Fire(T value)
    {
        Interlocked.Increment(ref _count);
        _values.Writer.TryWrite(value);
    }

    /// <summary>The next value, in the order they were fired.</summary>
    /// <param name="what">What is waited for, for the message of a failure.</param>
    /// <param name="bound">The longest wait; null for <see cref="Bound.Default"/>.</param>
    public Task<T> WaitAsync(string what = "a signal", TimeSpan? bound = null) => _values.Reader.ReadAsync().WithinBound(what, bound);

    /// <summary>Takes a value that was fired already, if there is one.</summary>
    /// <param name="value">The value.</param>
    public bool TryTake(out T? value) => _values.Reader.TryRead(out value);
}
