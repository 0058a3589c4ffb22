using System.Reflection;
using System.Text.RegularExpressions;
using CeleryNet.TestKit;

namespace CeleryNet.Tests.Architecture;

/// <summary>What README and docs/ say of the code is so.</summary>
public sealed partial class DocsTests
{
    private static readonly string[] _files = [Path.Combine(Repository.Root, "README.md"), .. Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "*.md")];

    [Fact]
    public void Tests_that_are_named_as_showing_something_exist()
    {
        var tests = Directory.GetFiles(Path.Combine(Repository.Root, "tests"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            .Select(File.ReadAllText)
            .SelectMany(DeclaredTests)
            .ToHashSet(StringComparer.Ordinal);

        var missing = _files.SelectMany(file => TestName().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value).Where(name => !tests.Contains(name)));

        tests.Count.ShouldBeGreaterThan(500);
        missing.ShouldBeEmpty();
    }

    [Fact]
    public void Links_lead_to_files_that_exist()
    {
        var broken = _files.SelectMany(file => Link().Matches(File.ReadAllText(file))
            .Select(match => match.Groups[1].Value)
            .Where(target => !target.Contains("://", StringComparison.Ordinal) && !Path.Exists(Path.Combine(Path.GetDirectoryName(file)!, target)))
            .Select(target => $"{Path.GetFileName(file)}: {target}"));

        broken.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(typeof(CeleryOptions))]
    [InlineData(typeof(WorkerOptions))]
    public void Every_option_has_a_row(Type options)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "configuration.md"));

        var missing = options.GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => property.Name)
            .Where(name => !text.Contains($"`{name}`", StringComparison.Ordinal) && !text.Contains($"`{name}:", StringComparison.Ordinal));

        missing.ShouldBeEmpty();
    }

    // Methods of nested or partial classes count for each class of their file, which is enough to find a name that is gone.
    private static IEnumerable<string> DeclaredTests(string code)
    {
        var classes = Class().Matches(code).Select(match => match.Groups[1].Value).ToArray();
        var methods = Method().Matches(code).Select(match => match.Groups[1].Value).ToArray();
        return classes.Concat(classes.SelectMany(_ => methods, (type, method) => $"{type}.{method}"));
    }

    [GeneratedRegex(@"`([A-Z]\w*(?:Tests|Contract)(?:\.\w+)?)`")]
    private static partial Regex TestName();

    [GeneratedRegex(@"\]\(([^)#\s]+)[^)]*\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\bclass (\w+)")]
    private static partial Regex Class();

    [GeneratedRegex(@"\bpublic (?:static )?(?:async )?(?:Task|void) (\w+)\(")]
    private static partial Regex Method();
}
