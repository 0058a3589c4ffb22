using CeleryNet.Extensibility;

namespace CeleryNet.Workflows;

/// <summary>
/// Makes one part of what ends in a group, where it is a part of a chord. When Celery's workers come to that group they write its size over that of the whole chord,
/// which then ends too early or never. Followed by <c>celery.accumulate</c> the group is a chord of its own, whose one result is the list of its members' results.
/// </summary>
internal static class PartOfChord
{
    private static readonly Signature _accumulate = new("celery.accumulate", [], [new("index", TaskValue.Of(0))]);

    public static Signature Of(Signature member) => Compositions.EndsInGroup(member) ? Composer.Join(Release(member), _accumulate) : member;

    // Where it was given its place before, its members report to the whole chord.
    private static Signature Release(Signature signature)
    {
        switch (signature.Kind)
        {
            case SignatureKind.Chain:
                var steps = signature.Parts!.Tasks;
                return Compositions.WithTasks(signature, [.. steps.SkipLast(1), Release(steps[^1])]);
            case SignatureKind.Chord:
                return Compositions.WithChord(signature, signature.Parts!.Header!, Release(signature.Parts.Body!));
            case SignatureKind.Group:
                return Without(Compositions.WithTasks(signature, [.. signature.Parts!.Tasks.Select(Release)]));
            default:
                return Without(signature, keepsId: true);
        }
    }

    private static Signature Without(Signature signature, bool keepsId = false)
    {
        var options = signature.Options;
        return options is { GroupId: null, GroupIndex: null, Workflow.Chord: null, TaskId: null } or { GroupId: null, GroupIndex: null, Workflow: null, TaskId: null }
            ? signature
            : signature.Copy(options with
            {
                TaskId = keepsId ? options.TaskId : null,
                GroupId = null,
                GroupIndex = null,
                Workflow = options.Workflow is { } workflow ? (workflow with { Chord = null }).OrNull() : null,
            });
    }
}
