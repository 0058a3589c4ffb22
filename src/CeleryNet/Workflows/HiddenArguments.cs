namespace CeleryNet.Workflows;

/// <summary>Has those who send the later parts of a workflow hide their arguments from monitors, as the sender of the first hides its own.</summary>
internal static class HiddenArguments
{
    private const string Args = "(...)";
    private const string Kwargs = "{...}";

    /// <summary>What ties a call to others, with all of these hiding their arguments.</summary>
    public static WorkflowOptions Hide(WorkflowOptions workflow) => workflow with
    {
        Links = Hide(workflow.Links),
        ErrorLinks = Hide(workflow.ErrorLinks),
        Chain = Hide(workflow.Chain),
        Chord = workflow.Chord is { } chord ? Hide(chord) : null,
    };

    /// <summary>The options of a call with texts in place of those that would show what is kept out of sight.</summary>
    public static SendOptions ForSensitive(Signature call)
    {
        var options = call.Options;
        var args = options.ArgsRepr is null && call.Args.Any(argument => argument.IsSensitive);
        var kwargs = options.KwargsRepr is null && call.Kwargs.Any(pair => pair.Value.IsSensitive);
        return args || kwargs ? options with { ArgsRepr = args ? Args : options.ArgsRepr, KwargsRepr = kwargs ? Kwargs : options.KwargsRepr } : options;
    }

    private static IReadOnlyList<Signature>? Hide(IReadOnlyList<Signature>? signatures) => signatures is null ? null : [.. signatures.Select(Hide)];

    private static Signature Hide(Signature signature)
    {
        var hidden = signature.Options.Workflow is { } workflow ? signature.Copy(signature.Options with { Workflow = Hide(workflow) }) : signature;
        return hidden.Kind switch
        {
            SignatureKind.Chain or SignatureKind.Group => Compositions.WithTasks(hidden, [.. hidden.Parts!.Tasks.Select(Hide)]),
            SignatureKind.Chord => Compositions.WithChord(hidden, Hide(hidden.Parts!.Header!), Hide(hidden.Parts.Body!)),
            _ => hidden.Copy(hidden.Options with { ArgsRepr = hidden.Options.ArgsRepr ?? Args, KwargsRepr = hidden.Options.KwargsRepr ?? Kwargs }),
        };
    }
}
