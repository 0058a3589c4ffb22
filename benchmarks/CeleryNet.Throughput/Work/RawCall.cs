using System.Buffers.Text;
using System.Text.Json;

namespace CeleryNet.Throughput.Work;

/// <summary>What a raw worker reads of a message: no more than the call needs.</summary>
/// <param name="Id">The task's id.</param>
/// <param name="Task">The task's name.</param>
/// <param name="First">The first argument.</param>
/// <param name="Second">The second argument; 0 when there is none.</param>
internal readonly record struct RawCall(string Id, string Task, double First, double Second)
{
    private const int LargestBody = 1024;

    /// <summary>Reads an element of a Redis list.</summary>
    public static RawCall ReadElement(ReadOnlySpan<byte> element)
    {
        var (id, task) = ("", "");
        Span<byte> body = stackalloc byte[LargestBody];
        var length = 0;
        var reader = new Utf8JsonReader(element);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("body"u8))
            {
                reader.Read();
                Base64.DecodeFromUtf8(reader.ValueSpan, body, out _, out length);
            }
            else if (reader.ValueTextEquals("headers"u8))
            {
                (id, task) = ReadHeaders(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        return ReadBody(id, task, body[..length]);
    }

    /// <summary>Reads a body; the rest stands in the message's headers.</summary>
    public static RawCall ReadBody(string id, string task, ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        reader.Read();
        reader.Read();
        Span<double> args = stackalloc double[2];
        for (var count = 0; reader.Read() && reader.TokenType == JsonTokenType.Number; count++)
        {
            args[count] = reader.GetDouble();
        }

        return new RawCall(id, task, args[0], args[1]);
    }

    private static (string Id, string Task) ReadHeaders(ref Utf8JsonReader reader)
    {
        var (id, task) = ("", "");
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("id"u8))
            {
                reader.Read();
                id = reader.GetString()!;
            }
            else if (reader.ValueTextEquals("task"u8))
            {
                reader.Read();
                task = reader.GetString()!;
            }
            else
            {
                reader.Skip();
            }
        }

        return (id, task);
    }
}
