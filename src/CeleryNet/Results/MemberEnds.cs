using CeleryNet.Protocol;

namespace CeleryNet.Results;

/// <summary>Puts the ends of tasks together to those of a group's members, of which some may be groups of them.</summary>
internal sealed class MemberEnds<T>
{
    private readonly IReadOnlyList<AsyncResult<T>> _members;
    private readonly List<AsyncResult> _tasks = [];
    private readonly List<int> _memberOfTask = [];

    // Of the members that are groups only: what is known of their tasks so far.
    private readonly Dictionary<int, (int Start, ResultMeta?[] Ends)> _parts = [];

    public MemberEnds(IReadOnlyList<AsyncResult<T>> members)
    {
        _members = members;
        for (var i = 0; i < members.Count; i++)
        {
            var tasks = ResultTree.Tasks(members[i]);
            if (members[i].Members is not null)
            {
                _parts.Add(i, (_tasks.Count, new ResultMeta?[tasks.Count]));
            }

            _tasks.AddRange(tasks);
            _memberOfTask.AddRange(Enumerable.Repeat(i, tasks.Count));
        }
    }

    /// <summary>The tasks, in order.</summary>
    public IReadOnlyList<AsyncResult> Tasks => _tasks;

    /// <summary>The members without any task, which have ended before anything else has.</summary>
    public IEnumerable<ResultOutcome<T>> Empty => _parts.Where(static part => part.Value.Ends.Length == 0).Select(part => Put(part.Key, []));

    /// <summary>Takes the end of the task at a place; gives the end of its member if that was the last of it.</summary>
    public ResultOutcome<T>? Add(int place, ResultMeta meta)
    {
        var member = _memberOfTask[place];
        if (!_parts.TryGetValue(member, out var part))
        {
            return Put(member, [meta]);
        }

        part.Ends[place - part.Start] = meta;
        if (part.Ends.Contains(null))
        {
            return null;
        }

        _parts.Remove(member);
        return Put(member, part.Ends!);
    }

    private ResultOutcome<T> Put(int index, ReadOnlySpan<ResultMeta> ends)
    {
        var member = _members[index];
        var parts = new ReadOnlyMemory<byte>[ends.Length];
        for (var i = 0; i < ends.Length; i++)
        {
            if (ends[i].State.IsFailed)
            {
                return new(member, index, ends[i].State, default, ExceptionInfo.Read(ends[i]).ToException(ends[i]));
            }

            parts[i] = ResultJson.Of(ends[i]);
        }

        var json = member.Members is { } members ? ResultJson.Join(members, parts) : parts[0];
        return new(member, index, TaskState.Success, json, null);
    }
}
