using System.Buffers;

namespace CeleryNet.Serialization;

/// <summary>
/// Bytes that are written one after the other, and cleared to be written anew. What small documents take is kept for the next one; what a large one takes is
/// borrowed from the pool that the process has for arrays, until it is cleared. Not safe for concurrent use.
/// </summary>
internal sealed class PooledBuffer : IBufferWriter<byte>
{
    private const int InitialSize = 1024;
    private const int LargestKept = 64 * 1024;

    private byte[] _kept = new byte[InitialSize];
    private byte[]? _borrowed;

    /// <summary>How many bytes were written.</summary>
    public int Length { get; private set; }

    /// <summary>How many bytes can be written before it has to grow.</summary>
    public int Capacity => Current.Length;

    /// <summary>What was written; not to be looked at any more once it is cleared.</summary>
    public ReadOnlySpan<byte> Written => Current.AsSpan(0, Length);

    private byte[] Current => _borrowed ?? _kept;

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Current.Length - Length);
        Length += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return Current.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return Current.AsSpan(Length);
    }

    /// <summary>Forgets what was written, and gives back what was borrowed for it.</summary>
    public void Clear()
    {
        Length = 0;
        if (_borrowed is { } borrowed)
        {
            _borrowed = null;
            ArrayPool<byte>.Shared.Return(borrowed);
        }
    }

    private void Reserve(int sizeHint)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        var needed = (long)Length + Math.Max(sizeHint, 1);
        if (needed > Current.Length)
        {
            Grow(needed);
        }
    }

    private void Grow(long needed)
    {
        if (needed > Array.MaxLength)
        {
            throw new InvalidOperationException($"A document of {needed} bytes is too large: no more than {Array.MaxLength} can be written at once.");
        }

        var size = (int)Math.Min(Math.Max(needed, Current.Length * 2L), Array.MaxLength);
        if (size <= LargestKept)
        {
            Array.Resize(ref _kept, size);
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(size);
        Written.CopyTo(larger);
        if (_borrowed is { } outgrown)
        {
            ArrayPool<byte>.Shared.Return(outgrown);
        }

        _borrowed = larger;
    }
}
