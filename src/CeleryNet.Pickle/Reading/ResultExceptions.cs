namespace CeleryNet.Pickle.Reading;

/// <summary>
/// With pickle, Celery stores a failed task's exception as the object itself. Where a result has one, and only there, it becomes the map that Celery's other
/// serializers write: the name of its class, its arguments, the module. celery/backends/base.py Backend.prepare_exception
/// </summary>
internal static class ResultExceptions
{
    /// <summary>Looks for the exception of a result document, or of a chord's part, and replaces it.</summary>
    public static void Replace(object? body, ReadingBudget budget)
    {
        switch (body)
        {
            case PickledMap meta when meta.TryGetValue("status", out var status) && HoldsException(status)
                && meta.TryGetValue("result", out var result) && result is ForeignObject exception:
                meta["result"] = ToMap(exception, budget);
                break;

            // [1, task id, state, result]
            case (object?[] or PickledList) and IList<object?> { Count: 4 } part when part is [1L, string, var status, ForeignObject exception] && HoldsException(status):
                part[3] = ToMap(exception, budget);
                break;
        }
    }

    private static bool HoldsException(object? status) => status is "FAILURE" or "RETRY" or "REVOKED";

    private static PickledMap ToMap(ForeignObject exception, ReadingBudget budget)
    {
        // An exception that has come from a child process, with its traceback as text.
        while (exception is { Type: { Module: "billiard.einfo", Name: "rebuild_exc" }, Arguments: [ForeignObject inner, ..] })
        {
            exception = inner;
        }

        var (module, name) = (exception.Type.Module, exception.Type.Name);
        IReadOnlyCollection<object?> arguments = exception.Arguments;

        // What Celery stores instead of an exception that does not pickle.
        if (exception is
            {
                Type: { Module: "celery.utils.serialization", Name: "UnpickleableExceptionWrapper" },
                Arguments: [string wrappedModule, string wrappedName, (object?[] or PickledList) and IReadOnlyCollection<object?> wrapped, ..]
            })
        {
            (module, name, arguments) = (wrappedModule, wrappedName, wrapped);
        }

        var message = new PickledList();
        message.AddRange(arguments.Select(argument => IsData(argument, budget) ? argument : Describe(argument)));
        var map = new PickledMap(budget);
        map.Set("exc_type", name);
        map.Set("exc_message", message);
        map.Set("exc_module", module);
        return map;
    }

    // Not by recursion: nothing bounds the depth so far. What contains itself uses up the budget.
    private static bool IsData(object? argument, ReadingBudget budget)
    {
        var rest = new Stack<object?>([argument]);
        while (rest.TryPop(out var value))
        {
            if (value is NotData)
            {
                return false;
            }

            IEnumerable<object?> items = value switch
            {
                PickledMap map => map.Values,
                object?[] tuple => tuple,
                List<object?> list => list,
                _ => [],
            };
            foreach (var item in items)
            {
                budget.Charge(ReadingBudget.SlotSize);
                rest.Push(item);
            }
        }

        return true;
    }

    // Celery's JSON puts the repr there, which is up to the class's code.
    private static string Describe(object? argument) => argument is ForeignObject other
        ? $"<{Refusal.Shown(other.Type.Module)}.{Refusal.Shown(other.Name)} object>"
        : $"<{Refusal.TypeName(argument)} object>";
}
