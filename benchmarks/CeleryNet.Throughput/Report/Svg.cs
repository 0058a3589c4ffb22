using System.Globalization;
using System.Xml;

namespace CeleryNet.Throughput.Report;

/// <summary>Writes a drawing: the few shapes that a chart needs. It has a ground of its own, so that it can be read on light pages and on dark ones.</summary>
internal sealed class Svg : IDisposable
{
    private const string Namespace = "http://www.w3.org/2000/svg";
    private const string Ink = "#1f2328";
    private const string Faint = "#59636e";

    private readonly StringWriter _text = new(CultureInfo.InvariantCulture) { NewLine = "\n" };
    private readonly XmlWriter _writer;

    /// <param name="width">How wide, in pixels.</param>
    /// <param name="height">How high, in pixels.</param>
    /// <param name="title">What it shows, for those who do not see it.</param>
    public Svg(double width, double height, string title)
    {
        _writer = XmlWriter.Create(_text, new XmlWriterSettings { Indent = true, OmitXmlDeclaration = true, NewLineChars = "\n" });
        _writer.WriteStartElement("svg", Namespace);
        Attributes(("viewBox", $"0 0 {Number(width)} {Number(height)}"), ("width", Number(width)), ("height", Number(height)), ("role", "img"));
        Attributes(("font-family", "-apple-system, 'Segoe UI', Helvetica, Arial, sans-serif"), ("font-size", "12"));
        _writer.WriteElementString("title", Namespace, title);
        Shape(
            "rect",
            ("x", "0.5"), ("y", "0.5"), ("width", Number(width - 1)), ("height", Number(height - 1)), ("rx", "6"), ("fill", "#f6f8fa"), ("stroke", "#d1d9e0"));
    }

    public void Bar(double x, double y, double width, double height, string colour, double opacity) => Shape(
        "rect",
        ("x", Number(x)), ("y", Number(y)), ("width", Number(width)), ("height", Number(height)), ("fill", colour), ("fill-opacity", Number(opacity)));

    public void Line(double fromX, double fromY, double toX, double toY)
        => Shape("line", ("x1", Number(fromX)), ("y1", Number(fromY)), ("x2", Number(toX)), ("y2", Number(toY)), ("stroke", Ink));

    public void Text(double x, double y, string text, string anchor = "start", bool isBold = false, bool isFaint = false, int size = 12)
    {
        _writer.WriteStartElement("text", Namespace);
        Attributes(("x", Number(x)), ("y", Number(y)), ("fill", isFaint ? Faint : Ink), ("text-anchor", anchor), ("font-size", Number(size)));
        if (isBold)
        {
            Attributes(("font-weight", "600"));
        }

        _writer.WriteString(text);
        _writer.WriteEndElement();
    }

    /// <summary>The whole; nothing can be drawn any more.</summary>
    public string Finish()
    {
        _writer.WriteEndElement();
        _writer.Flush();
        return _text + "\n";
    }

    public void Dispose() => _writer.Dispose();

    private static string Number(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);

    private void Shape(string name, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        _writer.WriteStartElement(name, Namespace);
        Attributes(attributes);
        _writer.WriteEndElement();
    }

    private void Attributes(params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        foreach (var (name, value) in attributes)
        {
            _writer.WriteAttributeString(name, value);
        }
    }
}
