using System.Text.Json;
using CeleryNet.TestKit;

namespace CeleryNet.Serializers.Tests.Pickle;

/// <summary>Pickles that Python and Celery have made, each with what it means: python/pickles.py. To be used as a class fixture.</summary>
public sealed class PythonPickles : IAsyncLifetime
{
    private const string Prefix = "PICKLES ";

    private PythonProcess? _process;

    /// <summary>Python values in every protocol that can say them.</summary>
    public IReadOnlyList<PythonPickle> Values { get; private set; } = [];

    /// <summary>What Celery stores for tasks that failed; the meaning is that of the result.</summary>
    public IReadOnlyList<PythonPickle> Failures { get; private set; } = [];

    /// <summary>What Celery keeps of a member of a chord that has failed.</summary>
    public byte[] Part { get; private set; } = [];

    /// <summary>What Celery stores for a task that succeeded.</summary>
    public byte[] Success { get; private set; } = [];

    private PythonProcess Process => _process ?? throw new InvalidOperationException("The Python process was not started.");

    public async ValueTask InitializeAsync()
    {
        _process = PythonProcess.StartScript(Path.Combine(AppContext.BaseDirectory, "python", "pickles.py"));
        var line = await _process.WaitForLineAsync(each => each.StartsWith(Prefix, StringComparison.Ordinal), "the pickles");
        var pickles = JsonElement.Parse(line[Prefix.Length..]);
        Values = Read(pickles.GetProperty("values"));
        Failures = Read(pickles.GetProperty("failures"));
        Part = pickles.GetProperty("part").GetBytesFromBase64();
        Success = pickles.GetProperty("success").GetBytesFromBase64();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }

    /// <summary>Has a Celery client read a result document: "RAISED module.class [arguments]".</summary>
    public async Task<string> RaisedByAsync(ReadOnlyMemory<byte> body)
    {
        await Process.WriteLineAsync(Convert.ToBase64String(body.Span));
        return await Process.WaitForLineAsync(line => line.StartsWith("RAISED ", StringComparison.Ordinal), "what the client raises");
    }

    private static List<PythonPickle> Read(JsonElement cases) => [.. cases.EnumerateArray().Select(each => new PythonPickle(
        each.GetProperty("name").GetString()!,
        each.GetProperty("body").GetBytesFromBase64(),
        each.GetProperty("expected").GetString()!))];
}

/// <summary>One pickle of Python's.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Body">Its bytes.</param>
/// <param name="Expected">What it means, as JSON.</param>
public sealed record PythonPickle(string Name, byte[] Body, string Expected);
