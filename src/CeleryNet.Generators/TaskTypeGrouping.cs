using System.Globalization;

namespace CeleryNet.Generators;

/// <summary>Sorts tasks by the type that declares them, one generated file each.</summary>
internal static class TaskTypeGrouping
{
    public static IEnumerable<TaskTypeGroup> Group(IReadOnlyList<TaskMethodModel> tasks)
    {
        var refused = new HashSet<int>(TaskConflicts.Find(tasks).Select(conflict => conflict.Task));
        var hintNames = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        return tasks
            .Where((_, i) => !refused.Contains(i))
            .GroupBy(task => task.Type)
            .Select(group => new TaskTypeGroup(group.Key with { HintName = MakeUnique(group.Key.HintName, hintNames) }, new(group)))
            .ToArray();
    }

    // The compiler compares the names of generated files without regard to case; C# does not so with types.
    private static string MakeUnique(string hintName, HashSet<string> taken)
    {
        var candidate = hintName;
        for (var i = 2; !taken.Add(candidate); i++)
        {
            candidate = hintName + "-" + i.ToString(CultureInfo.InvariantCulture);
        }

        return candidate;
    }
}
