using CeleryNet.Extensibility;

namespace CeleryNet.Pickle.Reading;

/// <summary>
/// How much memory a pickle may take, and how much it may copy. One byte of it can ask for an object of a hundred, and two for a copy of all that was read
/// before, so its length alone bounds neither memory nor time.
/// </summary>
internal sealed class ReadingBudget(ContentLimits limits)
{
    /// <summary>What an object without content takes.</summary>
    public const int ObjectSize = 24;

    /// <summary>What a reference takes in a list that grows.</summary>
    public const int SlotSize = 16;

    /// <summary>What an empty list takes, and what an empty map and each of its entries.</summary>
    public const int ListSize = 32;
    public const int MapSize = 96;
    public const int EntrySize = 48;

    /// <summary>What it costs to look for a file, in the time that memory takes.</summary>
    public const int LookupCost = 10_000;

    private const int LongestEscape = 6;
    private const int TimesMaxSize = 8;
    private const int AlwaysAllowed = 4 * 1024 * 1024;

    private readonly long _allowed = Math.Max(AlwaysAllowed, (long)limits.MaxSize * TimesMaxSize);
    private long _used;

    /// <summary>How many values were put on the stack.</summary>
    public long Values { get; private set; }

    public void ChargeValue()
    {
        Values++;
        Charge(SlotSize);
    }

    public void Charge(long bytes)
    {
        _used += bytes;
        if (_used > _allowed)
        {
            throw Refusal.Because($"that would take more than {_allowed} bytes of memory, which is what MaxBodySize allows ({TimesMaxSize} times as much)");
        }
    }

    /// <summary>Charges for references that are copied.</summary>
    public void ChargeSlots(int count) => Charge((long)count * SlotSize);

    /// <summary>Charges for a text that is gone through.</summary>
    public void ChargeText(int length) => Charge(ObjectSize + ((long)length * sizeof(char)));

    /// <summary>Charges for a text that is made, and sees whether it fits into the JSON it goes to, where a character can take six bytes.</summary>
    public void ChargeText(ReadOnlySpan<byte> utf8)
    {
        ChargeText(utf8.Length);
        if ((long)utf8.Length * LongestEscape > limits.MaxSize && JsonLength(utf8) > limits.MaxSize)
        {
            throw Refusal.Because($"a text takes more than {limits.MaxSize} bytes as JSON, which is what MaxBodySize allows");
        }
    }

    private static long JsonLength(ReadOnlySpan<byte> utf8)
    {
        long length = 0;
        foreach (var each in utf8)
        {
            // Of a character beyond ASCII the first byte counts for all.
            length += each switch
            {
                < 0x20 or 0x7F => LongestEscape,
                < 0x80 => 1,
                < 0xC0 => 0,
                _ => LongestEscape,
            };
        }

        return length;
    }
}
