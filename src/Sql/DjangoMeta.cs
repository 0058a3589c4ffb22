using System.Buffers;
using System.Text;
using System.Text.Json;
using CeleryNet.Extensibility;

namespace CeleryNet.Sql;

/// <summary>
/// The column <c>meta</c>: Celery puts <c>children</c> there, and takes whatever else is there into what it knows of the task, so that the names are those of its
/// other backends.
/// </summary>
internal sealed record DjangoMeta(ReadOnlyMemory<byte> Children, string? GroupId, string? ParentId, int Retries, string? Queue)
{
    public static ReadOnlyMemory<byte> Write(ResultRecord record)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WritePropertyName("children");
            writer.WriteRawValue(record.Children.IsEmpty ? "[]"u8 : record.Children.Span, skipInputValidation: true);
            Write(writer, "group_id", record.GroupId);
            Write(writer, "parent_id", record.ParentId?.Value);
            if (record.Details is { } details)
            {
                writer.WriteNumber("retries", details.Retries);
                Write(writer, "queue", details.Queue);
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    /// <exception cref="JsonException">It is not JSON.</exception>
    /// <exception cref="InvalidOperationException">It is no map.</exception>
    public static DjangoMeta Read(ReadOnlyMemory<byte> json)
    {
        if (json.IsEmpty)
        {
            return new DjangoMeta(default, null, null, 0, null);
        }

        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        var children = root.TryGetProperty("children", out var list) && list.ValueKind == JsonValueKind.Array ? Encoding.UTF8.GetBytes(list.GetRawText()) : null;
        var retries = root.TryGetProperty("retries", out var number) && number.ValueKind == JsonValueKind.Number ? number.GetInt32() : 0;
        return new DjangoMeta(children, Text(root, "group_id"), Text(root, "parent_id"), retries, Text(root, "queue"));
    }

    private static void Write(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }

    private static string? Text(JsonElement root, string name)
        => root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
