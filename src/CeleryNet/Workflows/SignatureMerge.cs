using CeleryNet.Extensibility;

namespace CeleryNet.Workflows;

/// <summary>How what a signature is applied with becomes a part of it. celery/canvas.py Signature._merge, append_to_list_option</summary>
internal static class SignatureMerge
{
    /// <summary>The signature with arguments and options merged in.</summary>
    public static Signature Apply(Signature signature, PartialArguments partial, SendOptions options)
    {
        var merged = Merge(signature.Options, options);
        return signature.IsImmutable || partial.IsEmpty
            ? signature.Copy(merged)
            : signature.Copy(
                partial.Args is null or [] ? signature.Args : [.. partial.Args, .. signature.Args],
                Overlay(signature.Kwargs, partial.Kwargs),
                merged,
                signature.Parts);
    }

    /// <summary>
    /// Options with others over them. Which group a signature is in, once that is decided, and its stamps stay: to change them would stall what waits for it.
    /// </summary>
    public static SendOptions Merge(SendOptions stored, SendOptions over)
    {
        if (ReferenceEquals(over, SendOptions.Default))
        {
            return stored;
        }

        var merged = stored.Overlay(over);
        return stored is { GroupId: null, Stamps: null }
            ? merged
            : merged with { GroupId = stored.GroupId ?? over.GroupId, Stamps = Stamps(stored.Stamps, over.Stamps) };
    }

    public static IReadOnlyList<KeyValuePair<string, TaskValue>> Overlay(
        IReadOnlyList<KeyValuePair<string, TaskValue>> stored, IReadOnlyList<KeyValuePair<string, TaskValue>>? over)
        => over is null or [] ? stored : [.. stored.Where(pair => over.All(each => each.Key != pair.Key)), .. over];

    /// <summary>The signature with a change to what ties it to others.</summary>
    public static Signature WithWorkflow(Signature signature, Func<WorkflowOptions, WorkflowOptions> change)
        => signature.Copy(WithWorkflow(signature.Options, change));

    /// <inheritdoc cref="WithWorkflow(Signature, Func{WorkflowOptions, WorkflowOptions})" />
    public static SendOptions WithWorkflow(SendOptions options, Func<WorkflowOptions, WorkflowOptions> change)
        => options with { Workflow = change(options.Workflow ?? new WorkflowOptions()).OrNull() };

    private static IReadOnlyDictionary<string, System.Text.Json.JsonElement>? Stamps(
        IReadOnlyDictionary<string, System.Text.Json.JsonElement>? stored, IReadOnlyDictionary<string, System.Text.Json.JsonElement>? over)
    {
        if (stored is null || over is null)
        {
            return stored ?? over;
        }

        var stamps = new Dictionary<string, System.Text.Json.JsonElement>(over, StringComparer.Ordinal);
        foreach (var (name, value) in stored)
        {
            stamps[name] = value;
        }

        return stamps;
    }
}
