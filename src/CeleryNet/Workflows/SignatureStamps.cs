using System.Text.Json;

namespace CeleryNet.Workflows;

/// <summary>Stamps all that a workflow is composed of. celery/canvas.py of 5.3 and newer, Signature.stamp and those of its subclasses</summary>
internal static class SignatureStamps
{
    public static Signature Stamp(Signature signature, string name, JsonElement value)
    {
        var options = signature.Options;
        if (options.Workflow is { } workflow)
        {
            options = options with
            {
                Workflow = workflow with
                {
                    Links = workflow.Links is { } links ? StampAll(links, name, value) : null,
                    ErrorLinks = workflow.ErrorLinks is { } errorLinks ? StampAll(errorLinks, name, value) : null,
                },
            };
        }

        switch (signature.Kind)
        {
            case SignatureKind.Chain or SignatureKind.Group:
                return Compositions.WithTasks(signature.Copy(options), StampAll(signature.Parts!.Tasks, name, value));
            case SignatureKind.Chord:
                return Compositions.WithChord(signature.Copy(options), Stamp(signature.Parts!.Header!, name, value), Stamp(signature.Parts.Body!, name, value));
            default:
                var stamps = new Dictionary<string, JsonElement>(options.Stamps ?? new Dictionary<string, JsonElement>(), StringComparer.Ordinal) { [name] = value };
                return signature.Copy(options with { Stamps = stamps });
        }
    }

    private static Signature[] StampAll(IReadOnlyList<Signature> signatures, string name, JsonElement value) => [.. signatures.Select(each => Stamp(each, name, value))];
}
