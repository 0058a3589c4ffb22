namespace CeleryNet.Generators;

/// <summary>A factory that takes the result of the step before in place of the first positional argument.</summary>
/// <param name="Method">The task.</param>
/// <param name="Previous">The parameter that takes it.</param>
/// <param name="Replaced">The parameter whose place that one has; null where the result is the first of those that a parameter collects.</param>
/// <param name="IsAnything">Whether any result fits: the placeholder of an <c>int</c> is none of an <c>object</c>, so the factory is generic.</param>
/// <param name="Parameters">All parameters in the order of C#.</param>
internal sealed record PartialFactory(
    TaskMethodModel Method, TaskParameterModel Previous, TaskParameterModel? Replaced, bool IsAnything, IReadOnlyList<TaskParameterModel> Parameters)
{
    public const string AnyType = "TPrevious";

    /// <summary>Equal where C# takes two factories for the same; sometimes where it does not.</summary>
    public string Identity => $"{Method.FactoryName}({string.Join(",", Parameters.Select(parameter => parameter.Type.Replace("?", "")))})";

    /// <summary>The factory of a task; null where it takes nothing by position.</summary>
    public static PartialFactory? Of(TaskMethodModel method)
    {
        TaskParameterModel[] declared = [.. method.Parameters.Where(parameter => parameter.Source == ParameterSource.Message)];
        if (Array.Find(declared, parameter => parameter is { IsKeywordOnly: false, Collection: Collection.None }) is { } first)
        {
            var previous = first with { Type = TypeOf(first.Type), DefaultValue = null };
            return new(method, previous, first, TakesAnything(first.Type), [.. declared.Select(parameter => ReferenceEquals(parameter, first) ? previous : parameter)]);
        }

        if (Array.Find(declared, parameter => parameter.Collection is Collection.Array or Collection.Span or Collection.List) is not { ItemType: { } item } collector)
        {
            return null;
        }

        var name = "previous";
        while (Array.Exists(declared, parameter => parameter.ClrName == name))
        {
            name += "_";
        }

        var added = collector with { ClrName = name, Name = name, Type = TypeOf(item), DefaultValue = null, IsParams = false, Collection = Collection.None, ItemType = null };
        return new(method, added, null, TakesAnything(item), [added, .. declared]);
    }

    private static bool TakesAnything(string type) => type.TrimEnd('?') is "object" or "dynamic";

    private static string TypeOf(string type) => $"global::CeleryNet.IPrevious<{(TakesAnything(type) ? AnyType : type)}>";
}
