using System.Globalization;
using System.Text.Json;

namespace CeleryNet.Serialization;

/// <summary>Instants; one without an offset is UTC's.</summary>
internal sealed class DateTimeOffsetConverter : TaggedConverter<DateTimeOffset>
{
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
        => TypeTag.Write(writer, TypeTag.DateTime, PythonTime.Format(value));

    protected override DateTimeOffset ReadPlain(ref Utf8JsonReader reader, JsonSerializerOptions options) => Parse(Text(ref reader));

    protected override DateTimeOffset ReadKey(string text) => Parse(text);

    protected override string KeyOf(DateTimeOffset value) => PlainText.Of(value)!;

    protected override DateTimeOffset ReadTagged(ref Utf8JsonReader reader, string type)
        => type is TypeTag.DateTime or TypeTag.Date ? Parse(Text(ref reader)) : throw Unfit($"a {type}");

    private static DateTimeOffset Parse(string text) => PythonTime.TryParse(text, out DateTimeOffset value) ? value : throw Unfit($"'{text}'");
}

/// <summary>Times: unspecified is Python's naive one, both ways; one with an offset is read as UTC.</summary>
internal sealed class DateTimeConverter : TaggedConverter<DateTime>
{
    public override void Write(Utf8JsonWriter writer, DateTime value, JsonSerializerOptions options)
        => TypeTag.Write(writer, TypeTag.DateTime, PythonTime.Format(value));

    protected override DateTime ReadPlain(ref Utf8JsonReader reader, JsonSerializerOptions options) => Parse(Text(ref reader));

    protected override DateTime ReadKey(string text) => Parse(text);

    protected override string KeyOf(DateTime value) => PlainText.Of(value)!;

    protected override DateTime ReadTagged(ref Utf8JsonReader reader, string type)
        => type is TypeTag.DateTime or TypeTag.Date ? Parse(Text(ref reader)) : throw Unfit($"a {type}");

    private static DateTime Parse(string text) => PythonTime.TryParse(text, out DateTime value) ? value : throw Unfit($"'{text}'");
}

/// <summary>Dates; kombu before 5.3 writes one as the time of its midnight.</summary>
internal sealed class DateOnlyConverter : TaggedConverter<DateOnly>
{
    public override void Write(Utf8JsonWriter writer, DateOnly value, JsonSerializerOptions options)
        => TypeTag.Write(writer, TypeTag.Date, PythonTime.Format(value));

    protected override DateOnly ReadPlain(ref Utf8JsonReader reader, JsonSerializerOptions options) => Parse(Text(ref reader));

    protected override DateOnly ReadKey(string text) => Parse(text);

    protected override string KeyOf(DateOnly value) => PythonTime.Format(value);

    protected override DateOnly ReadTagged(ref Utf8JsonReader reader, string type)
        => type is TypeTag.Date or TypeTag.DateTime ? Parse(Text(ref reader)) : throw Unfit($"a {type}");

    private static DateOnly Parse(string text) => PythonTime.TryParse(text, out DateOnly value) ? value : throw Unfit($"'{text}'");
}

/// <summary>Times of day.</summary>
internal sealed class TimeOnlyConverter : TaggedConverter<TimeOnly>
{
    public override void Write(Utf8JsonWriter writer, TimeOnly value, JsonSerializerOptions options)
        => TypeTag.Write(writer, TypeTag.Time, PythonTime.Format(value));

    protected override TimeOnly ReadPlain(ref Utf8JsonReader reader, JsonSerializerOptions options) => Parse(Text(ref reader));

    protected override TimeOnly ReadKey(string text) => Parse(text);

    protected override string KeyOf(TimeOnly value) => PythonTime.Format(value);

    protected override TimeOnly ReadTagged(ref Utf8JsonReader reader, string type)
        => type == TypeTag.Time ? Parse(Text(ref reader)) : throw Unfit($"a {type}");

    private static TimeOnly Parse(string text) => PythonTime.TryParse(text, out TimeOnly value) ? value : throw Unfit($"'{text}'");
}

/// <summary>Spans: <c>timedelta</c> in pickle, .NET's text elsewhere; seconds are read too.</summary>
internal sealed class TimeSpanConverter : TaggedConverter<TimeSpan>
{
    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) => TagValues.WriteTimeSpan(writer, value);

    protected override TimeSpan ReadPlain(ref Utf8JsonReader reader, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number)
        {
            return TimeSpan.FromSeconds(reader.GetDouble());
        }

        return Parse(Text(ref reader));
    }

    protected override TimeSpan ReadKey(string text) => Parse(text);

    protected override string KeyOf(TimeSpan value) => value.ToString("c", CultureInfo.InvariantCulture);

    protected override TimeSpan ReadTagged(ref Utf8JsonReader reader, string type)
        => type == TypeTag.TimeDelta ? TagValues.ReadTimeSpan(ref reader) : throw Unfit($"a {type}");

    private static TimeSpan Parse(string text) => TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var value) ? value : throw Unfit($"'{text}'");
}
