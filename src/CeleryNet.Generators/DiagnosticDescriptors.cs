using Microsoft.CodeAnalysis;

namespace CeleryNet.Generators;

/// <summary>What the generator has to say. Each message names the thing, the rule and what would work.</summary>
internal static class DiagnosticDescriptors
{
    private const string Category = "CeleryNet";

    public static readonly DiagnosticDescriptor DuplicateTaskName = Error(
        "CELERY001",
        "Two tasks have one name on the wire",
        "{0} declares the task '{1}', which {2} already declares; a name stands for one task, so give one of them another: [CeleryTask(\"{1}_2\")]");

    public static readonly DiagnosticDescriptor EmptyTaskName = Error(
        "CELERY002",
        "The task name is empty",
        "{0} declares a task with an empty name; name it, or leave the argument out for the name '{1}'");

    public static readonly DiagnosticDescriptor AsyncVoid = Error(
        "CELERY003",
        "The task is async void",
        "{0} is async void, so nobody can tell when it has ended or why it failed; return Task or ValueTask");

    public static readonly DiagnosticDescriptor UnsupportedParameter = Error(
        "CELERY004",
        "The parameter cannot come from a message",
        "Parameter '{0}' of {1} cannot come from a message: {2}");

    public static readonly DiagnosticDescriptor GenericTask = Error(
        "CELERY005",
        "The task is generic",
        "{0} is generic or declared in a generic type, and a message carries no type arguments; declare one task for each type it is needed for");

    public static readonly DiagnosticDescriptor UnsupportedReturnType = Error(
        "CELERY006",
        "The return type cannot be a result",
        "The return type '{0}' of {1} cannot be a result: {2}");

    public static readonly DiagnosticDescriptor InaccessibleTask = Error(
        "CELERY007",
        "Generated code cannot reach the task",
        "{0} cannot be reached by generated code, because {1} is {2}; a task and the types around it have to be public or internal");

    public static readonly DiagnosticDescriptor AbstractClass = Error(
        "CELERY008",
        "The task needs an instance of an abstract class",
        "{0} is an instance method of the abstract class {1}, of which the worker cannot make an instance; make the method static, "
            + "or declare the task in a class derived from it");

    public static readonly DiagnosticDescriptor DuplicateKeyword = Error(
        "CELERY009",
        "Two parameters have one keyword",
        "Parameters '{0}' and '{1}' of {2} both have the keyword '{3}' on the wire; give one of them another: [CeleryArgument(\"{3}_2\")]");

    public static readonly DiagnosticDescriptor UnsupportedDeclaration = Error(
        "CELERY010",
        "The attribute stands on something that cannot be a task",
        "{0} is {1} and cannot be a task; put [CeleryTask] on an ordinary method of a class, a static class or an interface");

    public static readonly DiagnosticDescriptor DuplicateFactory = Error(
        "CELERY011",
        "Two tasks of a type have one signature factory",
        "{0} gets the signature factory {1}, which {2} already has (injected parameters and a trailing Async do not tell them apart); "
            + "rename one of the methods");

    public static readonly DiagnosticDescriptor InvalidValue = Error(
        "CELERY012",
        "A value of the attribute is out of range",
        "{0} of {1} must be {2}, was {3}");

    public static readonly DiagnosticDescriptor LanguageVersion = new(
        "CELERY013",
        "The language version has no extension members",
        "The tasks of {0} have no 'Signatures' member, because it needs C# 14 and the project is set to C# {1}; set LangVersion to 14 or later, "
            + "or use 'new {2}()' in its place",
        Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor KeywordOfCollection = Error(
        "CELERY014",
        "A parameter that collects arguments has no keyword",
        "Parameter '{0}' of {1} collects {2}, so it has no keyword of its own; remove {3} from its [CeleryArgument]");

    public static readonly DiagnosticDescriptor KeywordArgumentsType = Error(
        "CELERY015",
        "Keyword arguments cannot be collected in this parameter",
        "Parameter '{0}' of {1} cannot collect keyword arguments: {2}; declare it as a Dictionary<string, T>, an IDictionary<string, T> "
            + "or an IReadOnlyDictionary<string, T>, with JsonElement for arguments of several types");

    public static readonly DiagnosticDescriptor DuplicateKeywordArguments = Error(
        "CELERY016",
        "Two parameters collect the keyword arguments",
        "Parameters '{0}' and '{1}' of {2} both have [CeleryKeywordArguments], and an argument can go into one of them only; remove one of the attributes");

    private static DiagnosticDescriptor Error(string id, string title, string messageFormat)
        => new(id, title, messageFormat, Category, DiagnosticSeverity.Error, isEnabledByDefault: true);
}
