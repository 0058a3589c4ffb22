using System.Text.Json;
using CeleryNet.TestKit;

namespace CeleryNet.Tests.Vectors;

/// <summary>What real Celery has written, captured with the versions in the folders' names.</summary>
internal static class Captures
{
    public static TheoryData<string> Of(params string[] names)
        => [.. new[] { "celery-5.2.6", "celery-5.6" }.SelectMany(_ => names, (version, name) => $"{version}/redis/{name}.json")];

    public static JsonElement Read(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Repository.PathOf("tests", "vectors", path)));
        return document.RootElement.Clone();
    }
}
