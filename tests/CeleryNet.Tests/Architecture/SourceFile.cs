using System.Text.RegularExpressions;
using CeleryNet.TestKit;

namespace CeleryNet.Tests.Architecture;

/// <summary>A source file of the library: where it stands and which namespaces it names.</summary>
/// <param name="Path">Its path below src/CeleryNet, with slashes.</param>
/// <param name="Text">Its code, without comments and literals.</param>
internal sealed partial record SourceFile(string Path, string Text)
{
    /// <summary>The folder as a part of a namespace: <c>Transports.Redis</c>; empty for the root.</summary>
    public string Folder => System.IO.Path.GetDirectoryName(Path)!.Replace('/', '.');

    public static IReadOnlyList<SourceFile> OfTheLibrary()
    {
        var root = Repository.PathOf("src", "CeleryNet");
        return
        [
            .. Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
                .Select(path => (Full: path, Relative: System.IO.Path.GetRelativePath(root, path).Replace('\\', '/')))
                .Where(file => !file.Relative.StartsWith("obj/", StringComparison.Ordinal) && !file.Relative.StartsWith("bin/", StringComparison.Ordinal))
                .Select(file => new SourceFile(file.Relative, NotCode().Replace(File.ReadAllText(file.Full), "")))
                .OrderBy(file => file.Path, StringComparer.Ordinal),
        ];
    }

    /// <summary>All names with dots in the code, in usings and in full names alike, without <c>CeleryNet.</c> where they begin with it.</summary>
    public IEnumerable<string> QualifiedNames
        => QualifiedName().Matches(Text).Select(match => match.Value.StartsWith("CeleryNet.", StringComparison.Ordinal) ? match.Value["CeleryNet.".Length..] : match.Value).Distinct();

    public bool Names(string prefix)
        => QualifiedName().Matches(Text).Any(match => match.Value == prefix || match.Value.StartsWith(prefix + ".", StringComparison.Ordinal));

    [GeneratedRegex("""//[^\n]*|/\*.*?\*/|"{3,}.*?"{3,}|@"(?:[^"]|"")*"|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+'""", RegexOptions.Singleline)]
    private static partial Regex NotCode();

    [GeneratedRegex(@"(?<![\w.])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+|(?<=using )[A-Za-z_]\w*(?=;)")]
    private static partial Regex QualifiedName();
}
