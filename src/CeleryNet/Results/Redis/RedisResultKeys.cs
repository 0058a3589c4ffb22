using System.Text;

namespace CeleryNet.Results.Redis;

/// <summary>The names of the backend's keys, which are those of its channels too. celery/backends/base.py KeyValueStoreBackend</summary>
internal sealed class RedisResultKeys
{
    private const string TaskPrefix = "celery-task-meta-";
    private const string GroupPrefix = "celery-taskset-meta-";

    private readonly string _prefix;
    private readonly byte[] _taskPrefix;

    public RedisResultKeys(string globalKeyPrefix)
    {
        // celery/backends/base.py _add_global_keyprefix puts an underscore where the prefix has no separator of its own.
        _prefix = globalKeyPrefix.Length == 0 || globalKeyPrefix[^1] is ':' or '_' or '-' or '.' ? globalKeyPrefix : globalKeyPrefix + "_";
        _taskPrefix = Encoding.UTF8.GetBytes(_prefix + TaskPrefix);
    }

    /// <summary>The document of a task, and the channel on which its states are told.</summary>
    public string Task(TaskId id) => _prefix + TaskPrefix + id.Value;

    /// <summary>The same as the server is sent it.</summary>
    public byte[] TaskBytes(TaskId id)
    {
        var key = new byte[_taskPrefix.Length + Encoding.UTF8.GetByteCount(id.Value)];
        _taskPrefix.CopyTo(key, 0);
        Encoding.UTF8.GetBytes(id.Value, key.AsSpan(_taskPrefix.Length));
        return key;
    }

    /// <summary>The document of a saved group.</summary>
    public string Group(TaskId id) => _prefix + GroupPrefix + id.Value;

    /// <summary>What the members of a chord have come to.</summary>
    public string ChordParts(string groupId) => $"{Group(groupId)}.j";

    /// <summary>How many members a chord has got after it was sent.</summary>
    public string ChordAdded(string groupId) => $"{Group(groupId)}.t";

    /// <summary>How many members a chord had when it was sent.</summary>
    public string ChordSize(string groupId) => $"{Group(groupId)}.s";
}
