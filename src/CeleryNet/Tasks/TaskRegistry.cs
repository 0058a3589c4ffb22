using System.Collections.Frozen;
using CeleryNet.Extensibility;

namespace CeleryNet.Tasks;

/// <summary>The tasks this program can run, by their names on the wire.</summary>
internal sealed class TaskRegistry
{
    private readonly FrozenDictionary<string, TaskDefinition> _definitions;

    /// <exception cref="CeleryConfigurationException">Two tasks have one name.</exception>
    public TaskRegistry(IEnumerable<TaskDefinition> definitions)
    {
        var byName = new Dictionary<string, TaskDefinition>(StringComparer.Ordinal);
        foreach (var definition in definitions)
        {
            if (!byName.TryAdd(definition.Name, definition))
            {
                throw new CeleryConfigurationException($"Two tasks are registered as '{definition.Name}'; the name of a task must be unique.");
            }
        }

        _definitions = byName.ToFrozenDictionary(StringComparer.Ordinal);
        Names = [.. byName.Values.Where(definition => !definition.IsBuiltIn).Select(definition => definition.Name).Order(StringComparer.Ordinal)];
    }

    /// <summary>The names of the program's own tasks, sorted.</summary>
    public IReadOnlyList<string> Names { get; }

    public TaskDefinition? Find(string name) => _definitions.GetValueOrDefault(name);
}
