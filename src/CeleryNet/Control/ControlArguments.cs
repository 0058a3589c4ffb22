using System.Text.Json;

namespace CeleryNet.Control;

/// <summary>Reads the arguments of commands as leniently as Python does.</summary>
internal static class ControlArguments
{
    /// <exception cref="ControlArgumentException">It is missing.</exception>
    public static JsonElement Required(JsonElement arguments, string command, string name)
        => Find(arguments, name) ?? throw new ControlArgumentException($"{command}() missing 1 required positional argument: '{name}'");

    /// <summary>A text or a list of texts; none for null.</summary>
    /// <exception cref="ControlArgumentException">It is missing, or something else.</exception>
    public static IReadOnlyList<string> Texts(JsonElement arguments, string command, string name)
    {
        var value = Required(arguments, command, name);
        return value.ValueKind switch
        {
            JsonValueKind.Null => [],
            JsonValueKind.String => [value.GetString()!],
            JsonValueKind.Array when value.EnumerateArray().All(each => each.ValueKind == JsonValueKind.String) =>
                [.. value.EnumerateArray().Select(each => each.GetString()!)],
            _ => throw new ControlArgumentException($"{command}() takes a text or a list of texts as '{name}'"),
        };
    }

    /// <summary>Whether something is true to Python; false when it is missing.</summary>
    public static bool Flag(JsonElement arguments, string name) => Find(arguments, name) is { } value && value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.String => value.GetString()!.Length > 0,
        JsonValueKind.Number => value.GetDouble() != 0,
        JsonValueKind.Array => value.GetArrayLength() > 0,
        JsonValueKind.Object => value.EnumerateObject().Any(),
        _ => false,
    };

    private static JsonElement? Find(JsonElement arguments, string name)
        => arguments.ValueKind == JsonValueKind.Object && arguments.TryGetProperty(name, out var value) ? value : null;
}
