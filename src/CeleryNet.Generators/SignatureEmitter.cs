using System.Globalization;

namespace CeleryNet.Generators;

/// <summary>Writes the typed signature factories of a type and the member through which they are reached.</summary>
internal static class SignatureEmitter
{
    private const string Arguments = "global::CeleryNet.Extensibility.SignatureArguments";
    private const string Partials = "global::CeleryNet.Extensibility.PartialSignatures";
    private const string Pair = "global::System.Collections.Generic.KeyValuePair<string, " + CodeText.TaskValue + ">";

    public static void Emit(SourceWriter writer, TaskTypeGroup group, bool hasPriorities)
    {
        var partials = new HashSet<string>(StringComparer.Ordinal);
        writer.Line($"/// <summary>Makes calls of the tasks of <c>{CodeText.Comment(group.Type.DisplayName)}</c>.</summary>");
        writer.Line(CodeText.GeneratedCode);
        writer.Line($"{Access(group.Type.IsPublic)} readonly struct {group.Type.SignaturesName}");
        writer.Open();
        var hasOptions = false;
        for (var i = 0; i < group.Methods.Count; i++)
        {
            hasOptions |= EmitOptions(writer, group.Methods[i], i);
        }

        for (var i = 0; i < group.Methods.Count; i++)
        {
            if (i > 0 || hasOptions)
            {
                writer.Line();
            }

            EmitFactory(writer, group.Methods[i], i);
            if (PartialFactory.Of(group.Methods[i]) is { } partial && partials.Add(partial.Identity))
            {
                writer.Line();
                EmitPartial(writer, partial, i, hasPriorities);
            }
        }

        writer.Close();
    }

    public static void EmitExtensions(SourceWriter writer, TaskTypeModel type)
    {
        writer.Line($"/// <summary>Gives <c>{CodeText.Comment(type.DisplayName)}</c> its signature factories.</summary>");
        writer.Line(CodeText.GeneratedCode);
        writer.Line($"{Access(type.IsPublic)} static class {type.ExtensionsName}");
        writer.Open();
        writer.Line($"extension({type.FullyQualifiedName})");
        writer.Open();
        writer.Line("/// <summary>Makes calls of the tasks declared here, to send or to build a workflow from.</summary>");
        writer.Line($"public static {type.SignaturesName} Signatures => default;");
        writer.Close();
        writer.Close();
    }

    private static bool EmitOptions(SourceWriter writer, TaskMethodModel method, int index)
    {
        var set = string.Join(", ", ListSendOptions(method));
        if (set.Length == 0)
        {
            return false;
        }

        writer.Line($"private static readonly global::CeleryNet.SendOptions {OptionsName(index)} = new() {{ {set} }};");
        return true;
    }

    private static IEnumerable<string> ListSendOptions(TaskMethodModel method)
    {
        var options = method.Options;
        if (options.Queue is not null)
        {
            yield return $"Queue = {CodeText.Literal(options.Queue)}";
        }

        if (options.Priority is { } priority)
        {
            yield return $"Priority = {priority.ToString(CultureInfo.InvariantCulture)}";
        }

        if (options.IgnoreResult is true)
        {
            yield return "IgnoreResult = true";
        }

        // Who runs a task that is declared here knows its limits, and may have changed them; others have to be told.
        if (method.Type.IsInterface)
        {
            if (options.TimeLimit.HardTicks is > 0 and { } hard)
            {
                yield return $"TimeLimit = {CodeText.Time(hard)}";
            }

            if (options.TimeLimit.SoftTicks is > 0 and { } soft)
            {
                yield return $"SoftTimeLimit = {CodeText.Time(soft)}";
            }
        }
    }

    private static void EmitFactory(SourceWriter writer, TaskMethodModel method, int index)
    {
        var declared = method.Parameters.Where(parameter => parameter.Source == ParameterSource.Message).ToArray();
        var type = method.ResultType is null ? "global::CeleryNet.Signature" : $"global::CeleryNet.Signature<{method.ResultType}>";
        EmitComment(writer, method, declared);
        writer.Line($"{Access(method.IsPublic)} {type} {method.FactoryName}({string.Join(", ", DeclareParameters(declared))})");
        writer.Indent();
        writer.Line("=> new(");
        writer.Indent();
        writer.Line($"{CodeText.Literal(method.TaskName)},");
        EmitArgs(writer, method);
        EmitKwargs(writer, method);
        writer.Line(ListSendOptions(method).Any() ? $"{OptionsName(index)});" : "null);");
        writer.Outdent();
        writer.Outdent();
    }

    // The same factory, with what a lambda of Then is given in place of the first positional argument.
    private static void EmitPartial(SourceWriter writer, PartialFactory partial, int index, bool hasPriorities)
    {
        var method = partial.Method;
        var result = method.ResultType is null ? "global::CeleryNet.Signature" : $"global::CeleryNet.Signature<{method.ResultType}>";
        writer.Line($"/// <summary>A call of the task <c>{CodeText.Comment(method.TaskName)}</c> that gets the result of the step before as its first argument.</summary>");
        foreach (var parameter in partial.Parameters)
        {
            writer.Line($"/// <param name=\"{parameter.ClrName}\">{(ReferenceEquals(parameter, partial.Previous) ? "What the lambda of <c>Then</c> is given" : "As in the call that gets all its arguments")}.</param>");
        }

        if (partial.IsAnything)
        {
            writer.Line($"/// <typeparam name=\"{PartialFactory.AnyType}\">The type of that result.</typeparam>");
        }

        writer.Line("/// <returns>The call; nothing is sent yet.</returns>");
        if (hasPriorities)
        {
            // Without it null would fit both. As an object the placeholder would be taken for a value.
            writer.Line($"[global::System.Runtime.CompilerServices.OverloadResolutionPriority({(partial.IsAnything ? "1" : "-1")})]");
        }

        writer.Line($"{Access(method.IsPublic)} {result} {method.FactoryName}{(partial.IsAnything ? $"<{PartialFactory.AnyType}>" : "")}({string.Join(", ", DeclareParameters([.. partial.Parameters]))})");
        writer.Indent();
        writer.Line($"=> {Partials}.Take(");
        writer.Indent();
        writer.Line($"{partial.Previous.Name},");
        writer.Line($"new {result}(");
        writer.Indent();
        writer.Line($"{CodeText.Literal(method.TaskName)},");
        EmitArgs(writer, method, partial.Replaced);
        EmitKwargs(writer, method);
        writer.Line(ListSendOptions(method).Any() ? $"{OptionsName(index)})" + Sensitivity(partial.Previous) + ");" : "null)" + Sensitivity(partial.Previous) + ");");
        writer.Outdent();
        writer.Outdent();
        writer.Outdent();
    }

    private static void EmitArgs(SourceWriter writer, TaskMethodModel method, TaskParameterModel? replaced = null)
    {
        var values = method.WireParameters
            .Where(parameter => parameter is { IsKeywordOnly: false, Collection: Collection.None } && !ReferenceEquals(parameter, replaced))
            .Select(Wrap)
            .ToArray();
        var collector = method.WireParameters.FirstOrDefault(parameter => parameter.Collection is Collection.Array or Collection.Span or Collection.List);
        const string empty = "global::System.Array.Empty<" + CodeText.TaskValue + ">()";
        if (collector is null)
        {
            EmitValues(writer, CodeText.TaskValue, values, empty);
            return;
        }

        var add = collector.Collection == Collection.Span ? "WithSpan" : "WithItems";
        writer.Line($"{Arguments}.{add}<{collector.ItemType}>(");
        writer.Indent();
        EmitValues(writer, CodeText.TaskValue, values, empty);
        writer.Line($"{collector.Name}{Sensitivity(collector)}),");
        writer.Outdent();
    }

    private static void EmitKwargs(SourceWriter writer, TaskMethodModel method)
    {
        var values = method.WireParameters
            .Where(parameter => parameter.IsKeywordOnly)
            .Select(parameter => $"new({CodeText.Literal(parameter.Keyword)}, {Wrap(parameter)})")
            .ToArray();
        var collector = method.WireParameters.FirstOrDefault(parameter => parameter.Collection == Collection.Dictionary);
        if (collector is null)
        {
            EmitValues(writer, Pair, values, whenEmpty: "null");
            return;
        }

        var taken = method.WireParameters.Where(parameter => parameter.Collection == Collection.None).Select(parameter => CodeText.Literal(parameter.Keyword));
        writer.Line($"{Arguments}.WithKeywords<{collector.ItemType}>(");
        writer.Indent();
        writer.Line($"{CodeText.Literal(method.TaskName)},");
        writer.Line($"new string[] {{ {string.Join(", ", taken)} }},");
        EmitValues(writer, Pair, values, whenEmpty: $"global::System.Array.Empty<{Pair}>()");
        writer.Line($"{collector.Name}{Sensitivity(collector)}),");
        writer.Outdent();
    }

    private static void EmitComment(SourceWriter writer, TaskMethodModel method, TaskParameterModel[] parameters)
    {
        writer.Line($"/// <summary>A call of the task <c>{CodeText.Comment(method.TaskName)}</c>, declared by <c>{CodeText.Comment(method.DisplayName)}</c>.</summary>");
        foreach (var parameter in parameters)
        {
            var what = parameter switch
            {
                { Collection: Collection.Dictionary } => "Further arguments, sent by keyword",
                { Collection: not Collection.None } => "Further arguments, sent by position",
                { IsKeywordOnly: true } => $"The argument <c>{CodeText.Comment(parameter.Keyword)}</c>, sent by keyword",
                _ => $"The argument <c>{CodeText.Comment(parameter.Keyword)}</c>",
            };
            writer.Line($"/// <param name=\"{parameter.ClrName}\">{what}.</param>");
        }

        writer.Line("/// <returns>The call; nothing is sent yet.</returns>");
    }

    // An attribute can make a parameter optional in front of one that is not; a default cannot.
    private static IEnumerable<string> DeclareParameters(TaskParameterModel[] parameters)
    {
        var lastRequired = Array.FindLastIndex(parameters, parameter => parameter is { DefaultValue: null, IsParams: false });
        return parameters.Select((parameter, i) => i < lastRequired || parameter.DefaultValue is null
            ? $"{(parameter.IsParams ? "params " : "")}{parameter.Type} {parameter.Name}"
            : $"{parameter.Type} {parameter.Name} = {parameter.DefaultValue}");
    }

    private static void EmitValues(SourceWriter writer, string elementType, string[] values, string whenEmpty)
    {
        if (values.Length == 0)
        {
            writer.Line($"{whenEmpty},");
            return;
        }

        writer.Line($"new {elementType}[]");
        writer.Open();
        foreach (var value in values)
        {
            writer.Line($"{value},");
        }

        writer.Close(",");
    }

    private static string Wrap(TaskParameterModel parameter)
        => $"{CodeText.TaskValue}.{(parameter.IsSensitive ? "Sensitive" : "Of")}<{parameter.Type}>({parameter.Name})";

    private static string Sensitivity(TaskParameterModel collector) => collector.IsSensitive ? ", isSensitive: true" : "";

    private static string OptionsName(int index) => "_options" + index.ToString(CultureInfo.InvariantCulture);

    private static string Access(bool isPublic) => isPublic ? "public" : "internal";
}
