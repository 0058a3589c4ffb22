using System.Globalization;
using System.Numerics;
using System.Text;
using CeleryNet.Extensibility;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace CeleryNet.Yaml;

/// <summary>
/// Writes objects as one YAML document of one line. Every string is in double quotes, since a reader of YAML 1.1 takes yes, 012 and 1:30 for something
/// else; numbers have the look that PyYAML takes for numbers.
/// </summary>
internal sealed class YamlBodyWriter
{
    // Longer keys are written as "? key"; PyYAML finds others only when they are, with their escapes, no longer than 1024 characters.
    private const int LongestSimpleKey = 128;

    private static readonly UTF8Encoding _utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Emitter _emitter;

    private YamlBodyWriter(TextWriter output) => _emitter = new Emitter(
        output,
        new EmitterSettings(
            bestIndent: 2,
            bestWidth: int.MaxValue,
            isCanonical: false,
            maxSimpleKeyLength: LongestSimpleKey,
            skipAnchorName: false,
            indentSequences: false,
            newLine: "\n",
            useUtf16SurrogatePairs: false));

    public static ReadOnlyMemory<byte> Write(object? value)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        new YamlBodyWriter(output).WriteDocument(value);
        return _utf8.GetBytes(output.ToString());
    }

    private void WriteDocument(object? value)
    {
        _emitter.Emit(new StreamStart());
        _emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        WriteValue(value);
        _emitter.Emit(new DocumentEnd(isImplicit: true));
        _emitter.Emit(new StreamEnd());
    }

    private void WriteValue(object? value)
    {
        switch (value)
        {
            case null: WritePlain("null"); break;
            case bool flag: WritePlain(flag ? "true" : "false"); break;
            case long or BigInteger: WritePlain(string.Create(CultureInfo.InvariantCulture, $"{value}")); break;
            case double number: WritePlain(Float(number)); break;
            case string text: WriteText(text); break;
            case byte[] bytes: WriteTagged(YamlTag.Binary, Convert.ToBase64String(bytes)); break;
            case DateTimeOffset instant: WriteTagged(YamlTag.Timestamp, Timestamp(instant.DateTime) + instant.ToString("zzz", CultureInfo.InvariantCulture)); break;
            case DateTime time: WriteTagged(YamlTag.Timestamp, Timestamp(time)); break;
            case DateOnly date: WritePlain(date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)); break;
            case List<object?> items: WriteList(items); break;
            case OrderedDictionary<string, object?> map: WriteMap(map); break;
            default: WriteText(WireJson.PlainText(value) ?? throw NoType(value)); break;
        }
    }

    private void WriteList(List<object?> items)
    {
        _emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, SequenceStyle.Flow));
        foreach (var item in items)
        {
            WriteValue(item);
        }

        _emitter.Emit(new SequenceEnd());
    }

    private void WriteMap(OrderedDictionary<string, object?> map)
    {
        _emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, MappingStyle.Flow));
        foreach (var (key, value) in map)
        {
            WriteText(key);
            WriteValue(value);
        }

        _emitter.Emit(new MappingEnd());
    }

    private void WritePlain(string text)
        => _emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, text, ScalarStyle.Plain, isPlainImplicit: true, isQuotedImplicit: false));

    private void WriteText(string text)
    {
        try
        {
            _utf8.GetByteCount(text);
        }
        catch (EncoderFallbackException error)
        {
            throw new CelerySerializationException(
                $"A string cannot be written as YAML, which is UTF-8 here: half a surrogate pair stands at index {error.Index}.", error);
        }

        _emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, text, ScalarStyle.DoubleQuoted, isPlainImplicit: false, isQuotedImplicit: true));
    }

    // A time has colons, which no plain scalar has within brackets.
    private void WriteTagged(string tag, string text)
        => _emitter.Emit(new Scalar(AnchorName.Empty, new TagName(tag), text, ScalarStyle.DoubleQuoted, isPlainImplicit: false, isQuotedImplicit: false));

    // To PyYAML 1e+16 is a string and 1.0e+16 a float.
    private static string Float(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? ".nan" : value > 0 ? ".inf" : "-.inf";
        }

        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        var exponent = shortest.IndexOf('E', StringComparison.Ordinal);
        var digits = exponent < 0 ? shortest : shortest[..exponent];
        var withPoint = digits.Contains('.', StringComparison.Ordinal) ? digits : digits + ".0";
        return exponent < 0 ? withPoint : $"{withPoint}e{shortest[(exponent + 1)..]}";
    }

    private static string Timestamp(DateTime time) => time.ToString(
        time.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond == 0 ? "yyyy-MM-dd HH:mm:ss" : "yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);

    private static CelerySerializationException NoType(object value) => new(
        $"YAML has no type for a {value.GetType().Name} ({value}), and Python's JSON no text; send its parts, such as a number of seconds.");
}
