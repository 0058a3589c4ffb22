using CeleryNet.Workflows;

namespace CeleryNet.Client;

/// <summary>What a workflow must keep to, whatever is known of the tasks in it. Each problem says where it is and what would be right.</summary>
internal static class WorkflowRules
{
    private const int Named = 5;

    /// <exception cref="ArgumentException">The workflow breaks a rule.</exception>
    public static void Check(Signature signature, string parameter)
    {
        var problems = new List<string>();
        Find(signature, problems);
        if (problems.Count > 0)
        {
            var more = problems.Count > Named ? $" (and {problems.Count - Named} more)" : "";
            throw new ArgumentException(string.Join(" ", problems.Take(Named)) + more, parameter);
        }
    }

    /// <summary>Adds what is wrong with the workflow.</summary>
    /// <param name="signature">The workflow.</param>
    /// <param name="problems">Where to add it.</param>
    /// <param name="look">Looks at each call for more than is known here; null for nothing.</param>
    public static void Find(Signature signature, List<string> problems, Action<Signature, List<string>>? look = null)
    {
        if (SendOptionsRules.Find(signature.Options) is { } wrong)
        {
            problems.Add($"{Name(signature)}: {wrong}");
        }

        if (signature.Parts?.Previous is not null)
        {
            problems.Add($"{Name(signature)}: it takes the result of a step that is not the one right before it; what Then gives to its lambda can be taken by what that lambda returns, at its beginning.");
        }

        FindInParts(signature, problems, look);
        foreach (var link in (IEnumerable<Signature>)[.. signature.Links, .. signature.ErrorLinks])
        {
            Find(link, problems, look);
        }
    }

    private static void FindInParts(Signature signature, List<string> problems, Action<Signature, List<string>>? look)
    {
        switch (signature.Kind)
        {
            case SignatureKind.Chain when signature.Parts!.Tasks.Count == 0:
                problems.Add("A chain must have a step; it has none.");
                break;
            case SignatureKind.Group when signature.Links.Count > 0:
                problems.Add("A group has no single result to link to; follow it by Then, which makes a chord of it, or link its members.");
                break;
            case SignatureKind.Chord:
                Find(signature.Parts!.Header!, problems, look);
                Find(signature.Parts.Body!, problems, look);
                return;
            case SignatureKind.Call:
                look?.Invoke(signature, problems);
                return;
        }

        foreach (var task in signature.Parts!.Tasks)
        {
            Find(task, problems, look);
        }
    }

    private static string Name(Signature signature) => signature.Kind switch
    {
        SignatureKind.Chain => "The chain",
        SignatureKind.Group => "The group",
        SignatureKind.Chord => "The chord",
        _ => $"The call of task '{signature.TaskName}'",
    };
}
