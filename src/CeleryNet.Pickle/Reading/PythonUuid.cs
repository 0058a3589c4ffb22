using System.Numerics;

namespace CeleryNet.Pickle.Reading;

/// <summary>Python's UUIDs, whose state is <c>{"int": 128 bits}</c>, beside which <c>is_safe</c> may say how it was made.</summary>
internal static class PythonUuid
{
    private const int Size = 16;

    public static Guid FromState(object? state)
    {
        var number = state is PickledMap map && map.TryGetValue("int", out var value)
            ? value switch
            {
                long small => small,
                BigInteger large => large,
                _ => BigInteger.MinusOne,
            }
            : BigInteger.MinusOne;
        var bytes = new byte[Size];
        if (number.Sign < 0 || !number.TryWriteBytes(bytes, out var length, isUnsigned: true, isBigEndian: true))
        {
            throw Refusal.Because("the state of a UUID is no number of 128 bits");
        }

        // The bytes of a smaller number belong to the end.
        bytes.AsSpan(0, length).CopyTo(bytes.AsSpan(Size - length));
        bytes.AsSpan(0, Size - length).Clear();
        return new Guid(bytes, bigEndian: true);
    }
}
