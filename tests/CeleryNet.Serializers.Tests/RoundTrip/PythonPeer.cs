using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CeleryNet.Extensibility;
using CeleryNet.TestKit;

namespace CeleryNet.Serializers.Tests.RoundTrip;

/// <summary>A Python process that reads with kombu what is written here and writes it again: python/roundtrip.py. To be used as a class fixture.</summary>
public sealed class PythonPeer : IAsyncLifetime
{
    private readonly SemaphoreSlim _turn = new(1);
    private PythonProcess? _process;
    private int _number;

    public async ValueTask InitializeAsync()
    {
        _process = PythonProcess.StartScript(Path.Combine(AppContext.BaseDirectory, "python", "roundtrip.py"));
        await _process.WaitForLineAsync("ROUNDTRIP-READY");
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _turn.Dispose();
    }

    /// <summary>Has kombu read bodies and write again what it read; answers come in the order of the bodies.</summary>
    public async Task<IReadOnlyList<PythonReply>> RoundTripAsync(CelerySerializer serializer, IReadOnlyList<ReadOnlyMemory<byte>> bodies)
    {
        var arguments = new JsonObject
        {
            ["serializer"] = serializer.Name,
            ["content_type"] = serializer.ContentType,
            ["content_encoding"] = serializer.ContentEncoding,
        };
        return [.. (await AskAsync("roundtrip", arguments, bodies)).Select(answer => new PythonReply(
            Text(answer, "error"),
            Text(answer, "description"),
            Text(answer, "content_type"),
            Text(answer, "content_encoding"),
            Bytes(answer, "body")))];
    }

    /// <summary>Has kombu decompress bodies and compress again what it got; answers come in the order of the bodies.</summary>
    /// <param name="name">The compression's name, such as <c>zstd</c>.</param>
    /// <param name="header">What the header <c>compression</c> says.</param>
    /// <param name="bodies">The compressed bodies.</param>
    public async Task<IReadOnlyList<DecompressedReply>> RecompressAsync(string name, string header, IReadOnlyList<ReadOnlyMemory<byte>> bodies)
        => [.. (await AskAsync("recompress", new JsonObject { ["name"] = name, ["header"] = header }, bodies)).Select(answer => new DecompressedReply(
            Text(answer, "error"),
            Bytes(answer, "plain"),
            Text(answer, "content_type"),
            Bytes(answer, "body")))];

    /// <summary>Has PyYAML write documents in another style and read that again; answers come in the order of the bodies.</summary>
    /// <param name="options">Arguments of <c>yaml.safe_dump</c>.</param>
    /// <param name="bodies">The documents.</param>
    public async Task<IReadOnlyList<(byte[] Body, string Description)>> RestyleAsync(JsonObject options, IReadOnlyList<ReadOnlyMemory<byte>> bodies)
        => [.. (await AskAsync("restyle", new JsonObject { ["options"] = options }, bodies)).Select(answer => Text(answer, "error") is { } error
            ? throw new InvalidOperationException(error)
            : (Bytes(answer, "body"), Text(answer, "description")!))];

    private async Task<IEnumerable<JsonElement>> AskAsync(string operation, JsonObject arguments, IReadOnlyList<ReadOnlyMemory<byte>> bodies)
    {
        await _turn.WaitAsync();
        try
        {
            var process = _process ?? throw new InvalidOperationException("The Python process was not started.");
            var command = new JsonObject
            {
                ["operation"] = operation,
                ["number"] = ++_number,
                ["arguments"] = arguments,
                ["bodies"] = new JsonArray([.. bodies.Select(body => JsonValue.Create(Convert.ToBase64String(body.Span)))]),
            };
            var prefix = string.Create(CultureInfo.InvariantCulture, $"ANSWER {_number} ");
            await process.WriteLineAsync(command.ToJsonString());
            var line = await process.WaitForLineAsync(each => each.StartsWith(prefix, StringComparison.Ordinal), $"the answer to {operation}");
            return JsonElement.Parse(line[prefix.Length..]).EnumerateArray();
        }
        finally
        {
            _turn.Release();
        }
    }

    private static string? Text(JsonElement answer, string name) => answer.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static byte[] Bytes(JsonElement answer, string name) => answer.TryGetProperty(name, out var value) ? value.GetBytesFromBase64() : [];
}

/// <summary>What Python says of one body.</summary>
/// <param name="Error">Why it could not read it, or not write it again; null when it could.</param>
/// <param name="Description">What it read, as <see cref="RoundTrip.Description"/> would say it.</param>
/// <param name="ContentType">The content type of what it wrote.</param>
/// <param name="ContentEncoding">The content encoding of what it wrote.</param>
/// <param name="Body">What it wrote.</param>
public sealed record PythonReply(string? Error, string? Description, string? ContentType, string? ContentEncoding, byte[] Body);

/// <summary>What Python says of one compressed body.</summary>
/// <param name="Error">Why it could not decompress it, or not compress it again; null when it could.</param>
/// <param name="Plain">The decompressed body.</param>
/// <param name="ContentType">The header <c>compression</c> of what it wrote.</param>
/// <param name="Body">What it wrote.</param>
public sealed record DecompressedReply(string? Error, byte[] Plain, string? ContentType, byte[] Body);
