using System.Text;
using System.Text.Json;

namespace CeleryNet.Results;

/// <summary>The document that key-value backends keep of a group: <c>{"result": result tuple}</c>. celery/backends/base.py KeyValueStoreBackend._save_group</summary>
internal static class SavedGroup
{
    /// <summary>The result tuple in it, as JSON.</summary>
    /// <exception cref="ResultBackendException">It is no such document.</exception>
    public static ReadOnlyMemory<byte> Read(ReadOnlyMemory<byte> document, string groupId)
    {
        try
        {
            using var json = JsonDocument.Parse(document);
            return Encoding.UTF8.GetBytes(json.RootElement.GetProperty("result").GetRawText());
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new ResultBackendException($"What is stored of group {groupId} cannot be read: {error.Message}", error);
        }
    }
}
