using System.Text;

namespace CeleryNet.Transports.Amqp;

/// <summary>
/// The routing key of a message that the broker is to keep back: the seconds as 28 binary digits, each a word, the largest first, then the key itself.
/// Each digit that is 1 leads through a queue that keeps messages for as long as the digit is worth.
/// kombu/transport/native_delayed_delivery.py calculate_routing_key
/// </summary>
internal static class DelayedRoutingKey
{
    public const int Digits = 28;

    /// <summary>Some eight and a half years.</summary>
    public const long MaxSeconds = (1L << Digits) - 1;

    /// <summary>How many characters the digits take, each with its dot.</summary>
    public const int PrefixLength = 2 * Digits;

    /// <param name="seconds">1 to <see cref="MaxSeconds"/>.</param>
    /// <param name="key">The key itself.</param>
    public static string Write(long seconds, string key)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(seconds, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(seconds, MaxSeconds);
        var text = new StringBuilder(PrefixLength + key.Length);
        for (var digit = Digits - 1; digit >= 0; digit--)
        {
            text.Append((seconds >> digit & 1) == 0 ? "0." : "1.");
        }

        return text.Append(key).ToString();
    }

    /// <summary>The key itself; null when there are no digits before it. A Python worker that sends such a message again puts digits before digits.</summary>
    public static string? Read(string routingKey)
    {
        var start = 0;
        while (HasDigits(routingKey.AsSpan(start)))
        {
            start += PrefixLength;
        }

        return start == 0 ? null : routingKey[start..];
    }

    private static bool HasDigits(ReadOnlySpan<char> text)
    {
        if (text.Length < PrefixLength)
        {
            return false;
        }

        for (var i = 0; i < PrefixLength; i += 2)
        {
            if (text[i] is not ('0' or '1') || text[i + 1] != '.')
            {
                return false;
            }
        }

        return true;
    }
}
