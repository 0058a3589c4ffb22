using System.Text.Json.Serialization;

namespace SampleWorker;

/// <summary>
/// The types of arguments and results beyond the plain ones: a program compiled ahead of time has no reflection to find out how they are read and written.
/// The options are those that the library has by default.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, PropertyNameCaseInsensitive = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(IReadOnlyList<double>))]
internal sealed partial class SampleJson : JsonSerializerContext;
