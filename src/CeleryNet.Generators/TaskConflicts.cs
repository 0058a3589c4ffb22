namespace CeleryNet.Generators;

/// <summary>A task that cannot stand beside an earlier one.</summary>
/// <param name="Task">The place of the task among all.</param>
/// <param name="Earlier">The place of the one that came first.</param>
/// <param name="IsSameName">Whether they share the name on the wire; otherwise they share the factory.</param>
internal readonly record struct TaskConflict(int Task, int Earlier, bool IsSameName);

/// <summary>The rules between tasks: one name, one task; one factory signature, one task.</summary>
internal static class TaskConflicts
{
    /// <summary>
    /// Each task that conflicts with an earlier one, once. A task of an interface says how others are called and one of a class what is run here,
    /// so the two may share a name: a class may run what an interface in the same project declares.
    /// </summary>
    public static IReadOnlyList<TaskConflict> Find(IReadOnlyList<TaskMethodModel> tasks)
    {
        var names = new Dictionary<(bool IsInterface, string TaskName), int>();
        var factories = new Dictionary<(string Type, string Factory), int>();
        var conflicts = new List<TaskConflict>();
        for (var i = 0; i < tasks.Count; i++)
        {
            var task = tasks[i];
            if (names.TryGetValue((task.Type.IsInterface, task.TaskName), out var sameName))
            {
                conflicts.Add(new(i, sameName, IsSameName: true));
            }
            else if (factories.TryGetValue((task.Type.FullyQualifiedName, task.FactorySignature), out var sameFactory))
            {
                conflicts.Add(new(i, sameFactory, IsSameName: false));
            }
            else
            {
                names.Add((task.Type.IsInterface, task.TaskName), i);
                factories.Add((task.Type.FullyQualifiedName, task.FactorySignature), i);
            }
        }

        return conflicts;
    }

    public static DiagnosticInfo Describe(TaskConflict conflict, IReadOnlyList<TaskMethodModel> tasks, LocationInfo location)
    {
        var task = tasks[conflict.Task];
        var earlier = tasks[conflict.Earlier];
        return conflict.IsSameName
            ? new(DiagnosticDescriptors.DuplicateTaskName, location, task.DisplayName, task.TaskName, earlier.DisplayName)
            : new(DiagnosticDescriptors.DuplicateFactory, location, task.DisplayName, task.FactorySignature, earlier.DisplayName);
    }
}
