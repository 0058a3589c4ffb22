using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace CeleryNet.Serialization;

/// <summary>The JSON defaults: what a Python peer expects of names and numbers.</summary>
internal static class CeleryJson
{
    /// <summary>The depth at which reading stops with an error, unless an option says otherwise.</summary>
    public const int MaxDepth = 64;

    /// <summary>Options with Python's look: snake_case names, floats that stay floats, names read in any case.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "The reflection resolver is only made where the feature switch has left it in.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "The reflection resolver is only made where the feature switch has left it in.")]
    public static JsonSerializerOptions CreateDefaultOptions(int maxDepth = MaxDepth) => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DictionaryKeyPolicy = null,
        PropertyNameCaseInsensitive = true,
        // A record's parameter without a default must be given, as a field of a Python dataclass or model must.
        RespectRequiredConstructorParameters = true,
        MaxDepth = maxDepth,
        TypeInfoResolver = JsonSerializer.IsReflectionEnabledByDefault ? new DefaultJsonTypeInfoResolver() : PrimitiveJsonContext.Default,
    };

    /// <summary>
    /// The user's options, completed so that the types of the wire itself are always known, and what Python says beyond JSON is understood; a copy, since the
    /// user's may be in use. Converters of the user's own come first.
    /// </summary>
    /// <param name="user">The user's; null for the defaults.</param>
    /// <param name="maxDepth">How deep values may be nested where the user's options do not say.</param>
    public static JsonSerializerOptions Complete(JsonSerializerOptions? user, int maxDepth = MaxDepth)
    {
        var options = user is null ? CreateDefaultOptions(maxDepth) : new JsonSerializerOptions(user);
        options.MaxDepth = options.MaxDepth == 0 ? maxDepth : options.MaxDepth;
        options.TypeInfoResolver = options.TypeInfoResolver is null
            ? PrimitiveJsonContext.Default
            : JsonTypeInfoResolver.Combine(options.TypeInfoResolver, PrimitiveJsonContext.Default);
        Add(options, new PythonFloatConverter());
        Add(options, new PythonSingleConverter());
        Add(options, new DecimalConverter());
        Add(options, new BigIntegerConverter());
        Add(options, new ComplexConverter());
        Add(options, new PythonStringConverter());
        Add(options, new GuidConverter());
        Add(options, new BytesConverter());
        Add(options, new MemoryConverter());
        Add(options, new DateTimeOffsetConverter());
        Add(options, new DateTimeConverter());
        Add(options, new DateOnlyConverter());
        Add(options, new TimeOnlyConverter());
        Add(options, new TimeSpanConverter());
        Add(options, new RawJsonConverter());
        options.MakeReadOnly();
        return options;
    }

    /// <summary>
    /// Whether completed options have nothing of the user's that changes how numbers, booleans and texts look, so that they can be written without asking
    /// them: converters of the user's own would come first.
    /// </summary>
    public static bool IsPlain(JsonSerializerOptions options)
        => options.NumberHandling == JsonNumberHandling.Strict && options.Converters is [PythonFloatConverter, ..];

    private static void Add<T>(JsonSerializerOptions options, JsonConverter<T> converter)
    {
        if (!options.Converters.Any(own => own.CanConvert(typeof(T))))
        {
            options.Converters.Add(converter);
        }
    }
}

/// <summary>The types that arguments and results most often have, known without reflection.</summary>
[JsonSerializable(typeof(object))]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(byte))]
[JsonSerializable(typeof(short))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(long))]
[JsonSerializable(typeof(uint))]
[JsonSerializable(typeof(ulong))]
[JsonSerializable(typeof(float))]
[JsonSerializable(typeof(double))]
[JsonSerializable(typeof(decimal))]
[JsonSerializable(typeof(sbyte))]
[JsonSerializable(typeof(ushort))]
[JsonSerializable(typeof(bool?))]
[JsonSerializable(typeof(int?))]
[JsonSerializable(typeof(long?))]
[JsonSerializable(typeof(float?))]
[JsonSerializable(typeof(double?))]
[JsonSerializable(typeof(decimal?))]
[JsonSerializable(typeof(Guid?))]
[JsonSerializable(typeof(DateTimeOffset?))]
[JsonSerializable(typeof(DateTime?))]
[JsonSerializable(typeof(DateOnly?))]
[JsonSerializable(typeof(TimeOnly?))]
[JsonSerializable(typeof(TimeSpan?))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(Guid))]
[JsonSerializable(typeof(DateTimeOffset))]
[JsonSerializable(typeof(DateTime))]
[JsonSerializable(typeof(DateOnly))]
[JsonSerializable(typeof(TimeOnly))]
[JsonSerializable(typeof(TimeSpan))]
[JsonSerializable(typeof(byte[]))]
[JsonSerializable(typeof(ReadOnlyMemory<byte>))]
[JsonSerializable(typeof(System.Numerics.BigInteger))]
[JsonSerializable(typeof(System.Numerics.Complex))]
[JsonSerializable(typeof(Uri))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(object[]))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(int[]))]
[JsonSerializable(typeof(long[]))]
[JsonSerializable(typeof(float[]))]
[JsonSerializable(typeof(double[]))]
[JsonSerializable(typeof(List<object>))]
[JsonSerializable(typeof(List<string>))]
[JsonSerializable(typeof(List<int>))]
[JsonSerializable(typeof(List<long>))]
[JsonSerializable(typeof(List<double>))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(IReadOnlyList<int>))]
[JsonSerializable(typeof(IReadOnlyList<long>))]
[JsonSerializable(typeof(IReadOnlyList<double>))]
[JsonSerializable(typeof(Dictionary<string, object>))]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(Dictionary<string, int>))]
[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
[JsonSerializable(typeof(System.Text.Json.Nodes.JsonNode))]
[JsonSerializable(typeof(System.Text.Json.Nodes.JsonObject))]
[JsonSerializable(typeof(System.Text.Json.Nodes.JsonArray))]
internal sealed partial class PrimitiveJsonContext : JsonSerializerContext;
