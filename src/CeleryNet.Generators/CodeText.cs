using System.Globalization;
using System.Text;
using Microsoft.CodeAnalysis.CSharp;

namespace CeleryNet.Generators;

/// <summary>Pieces of code that both emitters write, and how texts get into code and comments.</summary>
internal static class CodeText
{
    public const string TaskValue = "global::CeleryNet.Extensibility.TaskValue";

    /// <summary>What tools see that ask who wrote a type.</summary>
    public static string GeneratedCode { get; } =
        $"[global::System.CodeDom.Compiler.GeneratedCode(\"CeleryNet.Generators\", \"{typeof(CodeText).Assembly.GetName().Version?.ToString(3)}\")]";

    public static string Literal(string text) => SymbolDisplay.FormatLiteral(text, quote: true);

    public static string Time(long ticks) => $"global::System.TimeSpan.FromTicks({ticks.ToString(CultureInfo.InvariantCulture)}L)";

    public static string Literal(bool value) => value ? "true" : "false";

    /// <summary>A text inside a one-line XML comment: nothing that ends the line or the element.</summary>
    public static string Comment(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            _ = character switch
            {
                '&' => result.Append("&amp;"),
                '<' => result.Append("&lt;"),
                '>' => result.Append("&gt;"),
                '\u2028' or '\u2029' or '\ufffe' or '\uffff' => result.Append(' '),
                _ when char.IsControl(character) || char.IsSurrogate(character) => result.Append(' '),
                _ => result.Append(character),
            };
        }

        return result.ToString();
    }
}
