namespace CeleryNet.Results.Redis;

/// <summary>The names of the backend's keys, which are those of its channels too. celery/backends/base.py KeyValueStoreBackend</summary>
internal sealed class RedisResultKeys(string globalKeyPrefix)
{
    private const string TaskPrefix = "celery-task-meta-";
    private const string GroupPrefix = "celery-taskset-meta-";

    // celery/backends/base.py _add_global_keyprefix puts an underscore where the prefix has no separator of its own.
    private readonly string _prefix = globalKeyPrefix.Length == 0 || globalKeyPrefix[^1] is ':' or '_' or '-' or '.' ? globalKeyPrefix : globalKeyPrefix + "_";

    /// <summary>The document of a task, and the channel on which its states are told.</summary>
    public string Task(TaskId id) => _prefix + TaskPrefix + id.Value;

    /// <summary>The document of a saved group.</summary>
    public string Group(TaskId id) => _prefix + GroupPrefix + id.Value;
}
