namespace CeleryNet.Extensibility;

/// <summary>Adds to the arguments of a call those that a parameter collects. Used by generated code.</summary>
public static class SignatureArguments
{
    /// <summary>The positional arguments of a task that collects some.</summary>
    /// <typeparam name="T">The type of those it collects.</typeparam>
    /// <param name="arguments">Those before them.</param>
    /// <param name="items">Those it collects.</param>
    /// <param name="isSensitive">Whether those it collects are kept out of sight.</param>
    public static IReadOnlyList<TaskValue> WithItems<T>(TaskValue[] arguments, IEnumerable<T> items, bool isSensitive = false)
    {
        ArgumentNullException.ThrowIfNull(items);
        return [.. arguments, .. items.Select(item => Wrap(item, isSensitive))];
    }

    /// <inheritdoc cref="WithItems{T}(TaskValue[], IEnumerable{T}, bool)" />
    public static IReadOnlyList<TaskValue> WithSpan<T>(TaskValue[] arguments, ReadOnlySpan<T> items, bool isSensitive = false)
    {
        var result = new List<TaskValue>(arguments.Length + items.Length);
        result.AddRange(arguments);
        foreach (var item in items)
        {
            result.Add(Wrap(item, isSensitive));
        }

        return result;
    }

    /// <summary>The keyword arguments of a task that collects some.</summary>
    /// <typeparam name="T">The type of those it collects.</typeparam>
    /// <param name="taskName">The task's name, for the error.</param>
    /// <param name="parameters">The keywords of its other parameters.</param>
    /// <param name="arguments">Those before them.</param>
    /// <param name="entries">Those it collects; null for none.</param>
    /// <param name="isSensitive">Whether those it collects are kept out of sight.</param>
    /// <exception cref="ArgumentException">An entry has the name of a parameter, which would get two values.</exception>
    public static IReadOnlyList<KeyValuePair<string, TaskValue>> WithKeywords<T>(
        string taskName,
        IReadOnlyList<string> parameters,
        KeyValuePair<string, TaskValue>[] arguments,
        IEnumerable<KeyValuePair<string, T>>? entries,
        bool isSensitive = false)
    {
        var result = new List<KeyValuePair<string, TaskValue>>(arguments);
        foreach (var (name, value) in entries ?? [])
        {
            if (parameters.Contains(name, StringComparer.Ordinal))
            {
                throw new ArgumentException(
                    $"The keyword arguments of task '{taskName}' have an entry '{name}', which is a parameter of its own; give the value there.", nameof(entries));
            }

            result.Add(new(name, Wrap(value, isSensitive)));
        }

        return result;
    }

    private static TaskValue Wrap<T>(T value, bool isSensitive) => isSensitive ? TaskValue.Sensitive(value) : TaskValue.Of(value);
}
