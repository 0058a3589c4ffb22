using System.Text;

namespace CeleryNet.Generators;

/// <summary>Writes lines of C# with their indentation.</summary>
internal sealed class SourceWriter
{
    private const int SpacesPerLevel = 4;

    private readonly StringBuilder _text = new();
    private int _level;

    public void Line(string line)
    {
        _text.Append(' ', _level * SpacesPerLevel).Append(line).Append('\n');
    }

    public void Line() => _text.Append('\n');

    public void Indent() => _level++;

    public void Outdent() => _level--;

    public void Open()
    {
        Line("{");
        Indent();
    }

    /// <param name="after">What follows the brace.</param>
    public void Close(string after = "")
    {
        Outdent();
        Line("}" + after);
    }

    public override string ToString() => _text.ToString();
}
