using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CeleryNet.Extensibility;

namespace CeleryNet.Tasks;

/// <summary>
/// Whether the types of all tasks can be read and written. Without reflection only those can that somebody has listed, and one that was forgotten would be
/// found out by the first message that needs it.
/// </summary>
internal static class JsonTypeCheck
{
    /// <exception cref="CeleryConfigurationException">One of the types is not known.</exception>
    public static void Check(IEnumerable<TaskDefinition> definitions, JsonSerializerOptions options)
    {
        // Reflection finds out when it is needed: to look at every type now would only make the start longer.
        if (options.TypeInfoResolverChain.Any(resolver => resolver is DefaultJsonTypeInfoResolver))
        {
            return;
        }

        var unknown = definitions
            .SelectMany(definition => definition.JsonTypes, (definition, type) => (Task: definition.Name, Type: type))
            .Where(pair => !options.TryGetTypeInfo(pair.Type, out _))
            .GroupBy(pair => pair.Type, pair => $"'{pair.Task}'")
            .Select(group => $"{Describe(group.Key)} (of {string.Join(", ", group)})")
            .ToArray();
        if (unknown.Length > 0)
        {
            throw new CeleryConfigurationException(
                $"Arguments or results of tasks have types that cannot be read or written without reflection: {string.Join("; ", unknown)}. "
                + "List each with [JsonSerializable(typeof(...))] on a JsonSerializerContext, and set CeleryOptions.SerializerOptions to that context's options.");
        }
    }

    private static string Describe(Type type)
    {
        if (type.IsArray)
        {
            return $"{Describe(type.GetElementType()!)}[{new string(',', type.GetArrayRank() - 1)}]";
        }

        var name = type.FullName is { } full ? full.Split('`', '[')[0].Replace('+', '.') : type.Name;
        return type.IsGenericType ? $"{name}<{string.Join(", ", type.GetGenericArguments().Select(Describe))}>" : name;
    }
}
