using System.Text.Json;
using CeleryNet.Protocol;

namespace CeleryNet.Results;

/// <summary>Walks over handles: to the tasks of groups, to the steps before a task, to and from the form they have in documents.</summary>
internal static class ResultTree
{
    /// <summary>The tasks that a handle stands for, in order: itself, or those of all its members.</summary>
    public static List<AsyncResult> Tasks(AsyncResult result)
    {
        var tasks = new List<AsyncResult>(result.Members?.Count ?? 1);
        Add(result);
        return tasks;

        void Add(AsyncResult next)
        {
            if (next.Members is not { } members)
            {
                tasks.Add(next);
                return;
            }

            foreach (var member in members)
            {
                Add(member);
            }
        }
    }

    /// <summary>
    /// The tasks that must succeed before these can run, the earliest first, each once: the parents' parents, then their parents, and so on. Where a parent is a
    /// group, its tasks. celery/result.py AsyncResult._parents, _maybe_reraise_parent_error
    /// </summary>
    public static IReadOnlyList<AsyncResult> Ancestors(AsyncResult result, IReadOnlyList<AsyncResult> tasks)
    {
        if (result.Parent is null && tasks.All(static task => task.Parent is null))
        {
            return [];
        }

        var seen = new HashSet<AsyncResult>(ReferenceEqualityComparer.Instance);
        var steps = new List<AsyncResult>();
        Climb(result);
        foreach (var task in tasks)
        {
            Climb(task);
        }

        var own = tasks.Select(static task => task.Id).ToHashSet();
        return [.. steps.SelectMany(Tasks).DistinctBy(static task => task.Id).Where(task => !own.Contains(task.Id))];

        void Climb(AsyncResult from)
        {
            var chain = new Stack<AsyncResult>();
            for (var parent = from.Parent; parent is not null && seen.Add(parent); parent = parent.Parent)
            {
                chain.Push(parent);
            }

            steps.AddRange(chain);
        }
    }

    /// <summary>The form a result has in documents.</summary>
    public static ResultNode ToNode(AsyncResult result)
    {
        var steps = new Stack<AsyncResult>();
        for (var step = result; step is not null; step = step.Parent)
        {
            steps.Push(step);
        }

        ResultNode? node = null;
        foreach (var step in steps)
        {
            node = new ResultNode(step.Id.Value, node, step.Members is { } members ? [.. members.Select(ToNode)] : null);
        }

        return node!; // There is one step at least.
    }

    /// <summary>A handle to a result out of a document; of a group it is a <see cref="GroupResult{T}"/>.</summary>
    public static AsyncResult ToHandle(ResultNode node, ResultAccess access)
        => node.Members is null ? ToMember<JsonElement>(node, access) : ToGroup<JsonElement>(node, access);

    /// <summary>A handle to a group out of a document.</summary>
    public static GroupResult<T> ToGroup<T>(ResultNode node, ResultAccess access)
        => GroupResult<T>.Create(node.Id, [.. (node.Members ?? []).Select(member => ToMember<T>(member, access))], ToParent(node, access), access);

    /// <summary>A handle to the result of a task out of a document.</summary>
    public static AsyncResult<T> ToTask<T>(ResultNode node, ResultAccess access) => ToMember<T>(node, access);

    private static AsyncResult<T> ToMember<T>(ResultNode node, ResultAccess access)
        => new(node.Id, access, ToParent(node, access), node.Members is { } members ? [.. members.Select(member => ToMember<JsonElement>(member, access))] : null);

    private static AsyncResult? ToParent(ResultNode node, ResultAccess access)
    {
        var steps = new Stack<ResultNode>();
        for (var step = node.Parent; step is not null; step = step.Parent)
        {
            steps.Push(step);
        }

        AsyncResult? parent = null;
        foreach (var step in steps)
        {
            parent = step.Members is { } members
                ? GroupResult<JsonElement>.Create(step.Id, [.. members.Select(member => ToMember<JsonElement>(member, access))], parent, access)
                : new AsyncResult<JsonElement>(step.Id, access, parent);
        }

        return parent;
    }
}
