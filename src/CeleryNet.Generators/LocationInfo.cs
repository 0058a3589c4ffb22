using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace CeleryNet.Generators;

/// <summary>A place in a source file that holds on to no syntax tree.</summary>
internal readonly record struct LocationInfo(string FilePath, TextSpan Span, LinePositionSpan Lines)
{
    public static LocationInfo From(Location location) => new(location.SourceTree?.FilePath ?? "", location.SourceSpan, location.GetLineSpan().Span);

    public Location ToLocation() => Location.Create(FilePath, Span, Lines);
}
