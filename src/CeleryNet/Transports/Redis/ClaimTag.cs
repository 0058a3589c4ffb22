using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace CeleryNet.Transports.Redis;

/// <summary>The field under which a message is recorded as unsettled: the prefix of the claim that took it, and its number in that. Most are never texts.</summary>
/// <param name="Prefix">The claim's prefix, in ASCII.</param>
/// <param name="Number">The number, from 1.</param>
internal readonly record struct ClaimTag(string Prefix, int Number)
{
    private const int MostDigits = 11;

    /// <summary>How many bytes it has at most.</summary>
    public int MaxLength => Prefix.Length + MostDigits;

    /// <summary>Writes it as the server has it.</summary>
    /// <returns>How many bytes it has.</returns>
    public int Write(Span<byte> destination)
    {
        var length = Encoding.ASCII.GetBytes(Prefix, destination);
        Utf8Formatter.TryFormat(Number, destination[length..], out var digits);
        return length + digits;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Number}");
}
