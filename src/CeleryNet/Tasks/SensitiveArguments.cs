using CeleryNet.Extensibility;
using CeleryNet.Protocol;

namespace CeleryNet.Tasks;

/// <summary>The arguments of a message as they may be shown and stored: without the values of parameters that are marked sensitive.</summary>
internal static class SensitiveArguments
{
    /// <summary>The positional arguments as JSON.</summary>
    public static ReadOnlyMemory<byte> Args(TaskDefinition definition, ReadOnlyMemory<byte> args)
        => HasAny(definition) ? ArgumentMask.Args(args, place => IsSensitive(definition, place)) : args;

    /// <summary>The keyword arguments as JSON.</summary>
    public static ReadOnlyMemory<byte> Kwargs(TaskDefinition definition, ReadOnlyMemory<byte> kwargs)
        => HasAny(definition) ? ArgumentMask.Kwargs(kwargs, name => IsSensitive(definition, name)) : kwargs;

    private static bool HasAny(TaskDefinition definition) => definition.Parameters.Any(parameter => parameter.IsSensitive);

    private static bool IsSensitive(TaskDefinition definition, int place)
    {
        place = place < definition.PositionalCount ? place : definition.PositionalCollector;
        return place >= 0 && definition.Parameters[place].IsSensitive;
    }

    private static bool IsSensitive(TaskDefinition definition, string keyword)
    {
        var parameter = definition.Parameters.FirstOrDefault(each => each.Collects == CollectedArguments.None && (each.Name == keyword || each.ClrName == keyword));
        return parameter?.IsSensitive ?? (definition.KeywordCollector >= 0 && definition.Parameters[definition.KeywordCollector].IsSensitive);
    }
}
