using System.Globalization;

namespace CeleryNet.Generators;

/// <summary>Writes the registration: the definitions of a class's tasks and the code that binds and calls each.</summary>
internal static class RegistrationEmitter
{
    private const string Extensibility = "global::CeleryNet.Extensibility";
    private const string CodeAnalysis = "global::System.Diagnostics.CodeAnalysis";
    private const string Result = "global::System.Threading.Tasks.ValueTask<" + CodeText.TaskValue + ">";

    public static void EmitAssemblyAttribute(SourceWriter writer, TaskTypeModel type)
    {
        var space = type.Namespace.Length > 0 ? type.Namespace + "." : "";
        writer.Line($"[assembly: {Extensibility}.TaskRegistration(typeof({type.FullyQualifiedName}), typeof(global::{space}{type.RegistrationName}))]");
    }

    public static void Emit(SourceWriter writer, TaskTypeGroup group)
    {
        writer.Line($"/// <summary>The tasks of <c>{CodeText.Comment(group.Type.DisplayName)}</c>, as a worker runs them.</summary>");
        writer.Line(CodeText.GeneratedCode);
        writer.Line("[global::System.ComponentModel.EditorBrowsable(global::System.ComponentModel.EditorBrowsableState.Never)]");
        writer.Line($"internal sealed class {group.Type.RegistrationName} : {Extensibility}.TaskRegistration");
        writer.Open();
        EmitInstanceType(writer, group);
        EmitDefinitions(writer, group.Methods);
        for (var i = 0; i < group.Methods.Count; i++)
        {
            writer.Line();
            EmitInvoke(writer, group.Methods[i], i);
        }

        writer.Close();
    }

    private static void EmitInstanceType(SourceWriter writer, TaskTypeGroup group)
    {
        if (group.Methods.All(method => method.IsStatic))
        {
            return;
        }

        writer.Line("/// <inheritdoc />");
        writer.Line($"[{CodeAnalysis}.DynamicallyAccessedMembers({CodeAnalysis}.DynamicallyAccessedMemberTypes.PublicConstructors)]");
        writer.Line($"public override global::System.Type? InstanceType => typeof({group.Type.FullyQualifiedName});");
        writer.Line();
    }

    private static void EmitDefinitions(SourceWriter writer, EquatableArray<TaskMethodModel> methods)
    {
        var list = $"global::System.Collections.Generic.IReadOnlyList<{Extensibility}.TaskDefinition>";
        writer.Line("/// <inheritdoc />");
        writer.Line($"public override {list} CreateDefinitions() => new {Extensibility}.TaskDefinition[]");
        writer.Open();
        for (var i = 0; i < methods.Count; i++)
        {
            EmitDefinition(writer, methods[i], i);
        }

        writer.Close(";");
    }

    private static void EmitDefinition(SourceWriter writer, TaskMethodModel method, int index)
    {
        writer.Line("new(");
        writer.Indent();
        writer.Line($"{CodeText.Literal(method.TaskName)},");
        EmitParameters(writer, method);
        string[] set = [.. ListJsonTypes(method), .. ListKind(method), .. ListOptions(method.Options)];
        writer.Line(set.Length == 0 ? $"{InvokeName(index)})," : $"{InvokeName(index)})");
        writer.Outdent();
        if (set.Length == 0)
        {
            return;
        }

        writer.Open();
        foreach (var option in set)
        {
            writer.Line($"{option},");
        }

        writer.Close(",");
    }

    private static void EmitParameters(SourceWriter writer, TaskMethodModel method)
    {
        if (!method.WireParameters.Any())
        {
            writer.Line($"global::System.Array.Empty<{Extensibility}.TaskParameter>(),");
            return;
        }

        writer.Line($"new {Extensibility}.TaskParameter[]");
        writer.Open();
        foreach (var parameter in method.WireParameters)
        {
            writer.Line(
                $"new({CodeText.Literal(parameter.Keyword)}, {CodeText.Literal(parameter.ClrName)}, "
                + $"isOptional: {CodeText.Literal(parameter.DefaultValue is not null)}, isKeywordOnly: {CodeText.Literal(parameter.IsKeywordOnly)})"
                + $"{DescribeParameter(parameter)},");
        }

        writer.Close(",");
    }

    private static string DescribeParameter(TaskParameterModel parameter)
    {
        var set = new List<string>();
        if (parameter.Collection != Collection.None)
        {
            var collected = parameter.Collection == Collection.Dictionary ? "Keyword" : "Positional";
            set.Add($"Collects = {Extensibility}.CollectedArguments.{collected}");
        }

        if (parameter.IsSensitive)
        {
            set.Add("IsSensitive = true");
        }

        return set.Count == 0 ? "" : $" {{ {string.Join(", ", set)} }}";
    }

    private static IEnumerable<string> ListJsonTypes(TaskMethodModel method)
    {
        string[] types =
        [
            .. method.WireParameters.Select(parameter => parameter.ItemType ?? parameter.Type)
                .Concat(method.ResultType is { } result ? [result] : [])
                .Distinct(StringComparer.Ordinal)
                .Select(type => $"{Extensibility}.TaskDefinition.TypeOf<{type}>()"),
        ];
        return types.Length == 0 ? [] : [$"JsonTypes = new global::System.Type[] {{ {string.Join(", ", types)} }}"];
    }

    private static IEnumerable<string> ListKind(TaskMethodModel method)
        => method.Parameters.Any(parameter => parameter.Source == ParameterSource.Failure) ? ["IsErrorCallback = true"] : [];

    private static IEnumerable<string> ListOptions(TaskOptionsModel options)
        => new (string Name, bool? Value)[]
        {
            ("AcksLate", options.AcksLate),
            ("AcksOnFailure", options.AcksOnFailure),
            ("AcksOnTimeout", options.AcksOnTimeout),
            ("RejectOnWorkerLost", options.RejectOnWorkerLost),
            ("IgnoreResult", options.IgnoreResult),
            ("StoreErrorsEvenIfIgnored", options.StoreErrorsEvenIfIgnored),
            ("KeepIfFailed", options.KeepIfFailed),
            ("TrackStarted", options.TrackStarted),
            ("SendEvents", options.SendEvents),
        }.Where(option => option.Value is not null).Select(option => $"{option.Name} = {CodeText.Literal(option.Value is true)}")
            .Concat(options.MaxDeliveries is { } maxDeliveries ? [$"MaxDeliveries = {Number(maxDeliveries)}"] : [])
            .Concat(options.RateLimit is { } limit ? [$"RateLimit = {Extensibility}.RateLimit.Parse({CodeText.Literal(limit)})"] : [])
            .Concat(options.TimeLimit.HardTicks is { } hard ? [$"TimeLimit = {CodeText.Time(hard)}"] : [])
            .Concat(options.TimeLimit.SoftTicks is { } soft ? [$"SoftTimeLimit = {CodeText.Time(soft)}"] : [])
            .Concat(ListRetryOptions(options.Retry));

    private static IEnumerable<string> ListRetryOptions(RetryOptionsModel options)
    {
        if (options.MaxRetries is { } maxRetries)
        {
            yield return $"MaxRetries = {(maxRetries < 0 ? "null" : Number(maxRetries))}";
        }

        if (options.DelayTicks is { } delay)
        {
            yield return $"RetryDelay = {CodeText.Time(delay)}";
        }

        if (options.AutoRetryFor.Count > 0)
        {
            yield return $"AutoRetryFor = {Types(options.AutoRetryFor)}";
        }

        if (options.DontAutoRetryFor.Count > 0)
        {
            yield return $"DontAutoRetryFor = {Types(options.DontAutoRetryFor)}";
        }

        if (options.Backoff is { } backoff)
        {
            var set = new List<string>();
            if (backoff.Factor is { } factor)
            {
                set.Add($"Factor = {Number(factor)}");
            }

            if (backoff.MaximumTicks is { } maximum)
            {
                set.Add($"Maximum = {CodeText.Time(maximum)}");
            }

            if (backoff.Jitter is { } jitter)
            {
                set.Add($"Jitter = {CodeText.Literal(jitter)}");
            }

            yield return $"RetryBackoff = new {Extensibility}.RetryBackoff(){(set.Count == 0 ? "" : $" {{ {string.Join(", ", set)} }}")}";
        }
    }

    private static string Types(EquatableArray<string> types) => $"new global::System.Type[] {{ {string.Join(", ", types.Select(type => $"typeof({type})"))} }}";

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static void EmitInvoke(SourceWriter writer, TaskMethodModel method, int index)
    {
        writer.Line($"private static {Result} {InvokeName(index)}({Extensibility}.TaskInvocation call)");
        writer.Open();
        var parameters = method.WireParameters.ToArray();

        // Also without parameters: a message with arguments the task does not take has to fail.
        writer.Line(parameters.Length == 0 ? "call.BindArguments();" : "var arguments = call.BindArguments();");
        for (var i = 0; i < parameters.Length; i++)
        {
            writer.Line($"{parameters[i].Type} {ArgumentName(i)} = {ReadArgument(parameters[i], i)};");
        }

        var target = method.Type.FullyQualifiedName;
        if (!method.IsStatic)
        {
            writer.Line($"var target = call.GetTarget<{target}>();");
            target = "target";
        }

        var passed = method.Parameters.Select(parameter => parameter.Source switch
        {
            ParameterSource.Context => "call.Context",
            ParameterSource.Failure => "call.Failure",
            ParameterSource.CancellationToken => "call.CancellationToken",
            _ => ArgumentName(Array.IndexOf(parameters, parameter)),
        });
        EmitCall(writer, method, $"{target}.{method.MethodName}({string.Join(", ", passed)})");
        writer.Close();
    }

    private static string ReadArgument(TaskParameterModel parameter, int index) => parameter.Collection switch
    {
        Collection.None => $"arguments.Get<{parameter.Type}>({index}{(parameter.DefaultValue is null ? "" : $", {parameter.DefaultValue}")})",
        Collection.Dictionary => $"arguments.GetKeywords<{parameter.ItemType}>({index})",
        Collection.List => $"[.. arguments.GetItems<{parameter.ItemType}>({index})]",
        _ => $"arguments.GetItems<{parameter.ItemType}>({index})",
    };

    private static void EmitCall(SourceWriter writer, TaskMethodModel method, string call)
    {
        switch (method.ReturnKind)
        {
            case ReturnKind.Void:
                writer.Line($"{call};");
                writer.Line($"return new({CodeText.TaskValue}.Null);");
                break;
            case ReturnKind.Value:
                writer.Line($"{method.ResultType} result = {call};");
                writer.Line($"return new({CodeText.TaskValue}.Of<{method.ResultType}>(result));");
                break;
            case ReturnKind.Awaitable:
                writer.Line($"return {CodeText.TaskValue}.FromAsync({call});");
                break;
            case ReturnKind.AwaitableValue:
                writer.Line($"return {CodeText.TaskValue}.FromAsync<{method.ResultType}>({call});");
                break;
        }
    }

    private static string InvokeName(int index) => "Invoke" + index.ToString(CultureInfo.InvariantCulture);

    private static string ArgumentName(int index) => "argument" + index.ToString(CultureInfo.InvariantCulture);
}
