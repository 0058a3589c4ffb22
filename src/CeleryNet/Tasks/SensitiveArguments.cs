using CeleryNet.Extensibility;
using CeleryNet.Protocol;

namespace CeleryNet.Tasks;

/// <summary>The arguments of a message as they may be shown and stored: without the values of parameters that are marked sensitive.</summary>
internal static class SensitiveArguments
{
    /// <summary>The positional arguments as JSON.</summary>
    public static ReadOnlyMemory<byte> Args(TaskDefinition definition, ReadOnlyMemory<byte> args)
        => definition.HasSensitive ? ArgumentMask.Args(args, new Choice(definition).IsHidden) : args;

    /// <summary>The keyword arguments as JSON.</summary>
    public static ReadOnlyMemory<byte> Kwargs(TaskDefinition definition, ReadOnlyMemory<byte> kwargs)
        => definition.HasSensitive ? ArgumentMask.Kwargs(kwargs, new Choice(definition).IsHidden) : kwargs;

    /// <summary>Marks the positional arguments of a call.</summary>
    public static IReadOnlyList<TaskValue> Mark(TaskDefinition definition, IReadOnlyList<TaskValue> args)
    {
        var choice = new Choice(definition);
        return definition.HasSensitive ? [.. args.Select((value, place) => choice.IsHidden(place) ? new HiddenTaskValue(value) : value)] : args;
    }

    /// <summary>Marks the keyword arguments of a call.</summary>
    public static IReadOnlyList<KeyValuePair<string, TaskValue>> Mark(TaskDefinition definition, IReadOnlyList<KeyValuePair<string, TaskValue>> kwargs)
    {
        var choice = new Choice(definition);
        return definition.HasSensitive
            ? [.. kwargs.Select(pair => choice.IsHidden(pair.Key) ? KeyValuePair.Create<string, TaskValue>(pair.Key, new HiddenTaskValue(pair.Value)) : pair)]
            : kwargs;
    }

    // What no parameter takes may be a sensitive value in a wrong place or under a mistyped name.
    private sealed class Choice(TaskDefinition definition)
    {
        public bool IsHidden(int place)
        {
            place = place < definition.PositionalCount ? place : definition.PositionalCollector;
            return place < 0 || definition.Parameters[place].IsSensitive;
        }

        public bool IsHidden(string keyword)
        {
            var parameter = definition.Parameters.FirstOrDefault(each => each.Collects == CollectedArguments.None && (each.Name == keyword || each.ClrName == keyword));
            return parameter?.IsSensitive ?? (definition.KeywordCollector < 0 || definition.Parameters[definition.KeywordCollector].IsSensitive);
        }
    }
}
