using System.Text;
using System.Text.Json;
using CeleryNet.Extensibility;

namespace CeleryNet.Serializers.Tests.Pickle;

/// <summary>Pickles put together by hand, and the reader under test.</summary>
internal static class PickleBytes
{
    private static readonly PickleCelerySerializer _serializer = new();

    /// <summary>Joins parts: bytes as they are, texts as Latin-1, which the instructions of protocol 0 are.</summary>
    public static byte[] Of(params object[] parts) => [.. parts.SelectMany(part => part switch
    {
        byte[] bytes => bytes,
        byte one => [one],
        string text => Encoding.Latin1.GetBytes(text),
        _ => throw new ArgumentException($"{part.GetType()} is no part of a pickle.", nameof(parts)),
    })];

    /// <summary>The same part many times.</summary>
    public static byte[] Times(int count, params object[] parts)
    {
        var one = Of(parts);
        var all = new byte[one.Length * count];
        for (var i = 0; i < count; i++)
        {
            one.CopyTo(all, i * one.Length);
        }

        return all;
    }

    public static byte[] Int32(int value) => BitConverter.GetBytes(value);

    public static byte[] Int64(ulong value) => BitConverter.GetBytes(value);

    /// <summary>Reads a pickle to JSON.</summary>
    public static string Read(ReadOnlyMemory<byte> pickle, ContentLimits? limits = null)
        => Encoding.UTF8.GetString(_serializer.Decode(pickle, "binary", limits ?? new ContentLimits()).Span);

    /// <summary>The refusal of a pickle.</summary>
    public static string Refusal(byte[] pickle, ContentLimits? limits = null)
        => Should.Throw<MalformedMessageException>(() => Read(pickle, limits)).Message;

    /// <summary>Whether two texts are the same JSON, numbers and the order of keys included.</summary>
    public static void ShouldBeJson(string actual, string expected) => Plain(actual).ShouldBe(Plain(expected));

    private static string Plain(string json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 1000 });
        var text = new StringBuilder();
        Append(text, document.RootElement);
        return text.ToString();
    }

    private static void Append(StringBuilder text, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                text.Append('{');
                foreach (var property in element.EnumerateObject())
                {
                    text.Append(property.Name).Append(": ");
                    Append(text, property.Value);
                    text.Append(", ");
                }

                text.Append('}');
                break;
            case JsonValueKind.Array:
                text.Append('[');
                foreach (var item in element.EnumerateArray())
                {
                    Append(text, item);
                    text.Append(", ");
                }

                text.Append(']');
                break;
            case JsonValueKind.String:
                text.Append('"').Append(WireJson.ToObject(Encoding.UTF8.GetBytes(element.GetRawText()))).Append('"');
                break;
            default:
                text.Append(element.GetRawText());
                break;
        }
    }
}
