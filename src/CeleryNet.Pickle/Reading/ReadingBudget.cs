using CeleryNet.Extensibility;

namespace CeleryNet.Pickle.Reading;

/// <summary>
/// How much a pickle may make and copy. One byte of it can ask for an object of many, and two for a copy of all that was read before, so its length alone
/// bounds neither memory nor time.
/// </summary>
internal sealed class ReadingBudget(ContentLimits limits)
{
    // A value takes about sixteen to eighty bytes; a pickle of ordinary data has one for each ten bytes or more.
    private const int BytesPerValue = 16;
    private const int AlwaysAllowed = 64 * 1024;

    private readonly long _allowed = Math.Max(AlwaysAllowed, limits.MaxSize / BytesPerValue);

    /// <summary>How many values were made.</summary>
    public long Used { get; private set; }

    public void Charge(long values = 1)
    {
        Used += values;
        if (Used > _allowed)
        {
            throw Refusal.Because($"it makes more than {_allowed} values, which is what MaxBodySize allows (one for each {BytesPerValue} bytes)");
        }
    }

    /// <summary>Charges for work on a text or on bytes that exist already.</summary>
    public void ChargeLength(int length) => Charge(1 + (length / BytesPerValue));
}
