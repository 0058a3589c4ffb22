using CeleryNet.TestKit;

namespace CeleryNet.Tests.Docs;

/// <summary>The code that the documentation shows is code that compiles: it stands, line for line, in a file beside this one.</summary>
public sealed class SnippetTests
{
    [Theory]
    [InlineData("backends.md", "BackendSnippets.cs", 4)]
    [InlineData("bulk.md", "BulkSnippets.cs", 4)]
    [InlineData("canvas.md", "CanvasSnippets.cs", 9)]
    [InlineData("hooks.md", "HooksSnippets.cs", 7)]
    [InlineData("resilience.md", "ResilienceSnippets.cs", 2)]
    [InlineData("results.md", "ResultsSnippets.cs", 6)]
    public void Code_of_a_document_is_compiled(string document, string file, int count)
    {
        var compiled = Lines(File.ReadAllText(Path.Combine(Repository.Root, "tests", "CeleryNet.Tests", "Docs", file)));

        var snippets = File.ReadAllText(Path.Combine(Repository.Root, "docs", document)).Split("```csharp\n").Skip(1).Select(part => Lines(part[..part.IndexOf("```", StringComparison.Ordinal)])).ToArray();

        snippets.Length.ShouldBe(count);
        snippets.Where(snippet => !compiled.Contains(snippet, StringComparison.Ordinal)).ShouldBeEmpty($"not in {file}");
    }

    [Fact]
    public void Pictures_of_workflows_are_those_of_the_code_above_them()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "canvas.md"));
        var pictures = text.Split("```mermaid\n").Skip(1).Select(part => Lines(part[..part.IndexOf("```", StringComparison.Ordinal)]));

        pictures.Take(3).ShouldBe(Flows.Flows.Drawn().Select(flow => Lines(flow.ToMermaid())));
    }

    // How deep a line is indented depends on what stands around it.
    private static string Lines(string text) => string.Join('\n', text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0));
}
