using System.Text.Json;
using CeleryNet.Protocol;
using CeleryNet.Results;

namespace CeleryNet;

/// <summary>All that the result backend has of a task at one moment.</summary>
public sealed class ResultSnapshot
{
    private readonly ResultMeta _meta;
    private readonly ResultAccess _access;

    internal ResultSnapshot(ResultMeta meta, ResultAccess access)
    {
        _meta = meta;
        _access = access;
    }

    /// <summary>The task's id.</summary>
    public TaskId TaskId => _meta.TaskId;

    /// <summary>The task's state.</summary>
    public TaskState State => _meta.State;

    /// <summary>
    /// What is stored with the state, as the JSON text that came: the return value, the meta of a state of its own, or the exception; <c>null</c> when there is
    /// nothing. It is not checked to be JSON, and Python may have written <c>NaN</c> in it.
    /// </summary>
    public ReadOnlyMemory<byte> Json => ResultJson.Of(_meta);

    /// <summary>The traceback or stack trace of a FAILURE or RETRY as text; null when there is none.</summary>
    public string? Traceback => _meta.Traceback;

    /// <summary>When the final state was reached, in UTC; null before, and where the worker did not say (Celery 5.2 over rpc).</summary>
    public DateTimeOffset? DateDone => _meta.DateDone;

    /// <summary>The id of the group the task is in; null when it is in none.</summary>
    public string? GroupId => _meta.GroupId;

    /// <summary>The task that sent it; null when none did, or the worker did not say.</summary>
    public TaskId? ParentId => _meta.ParentId;

    /// <summary>The task's name; null unless its worker stores extended results (<see cref="CeleryOptions.ResultExtended"/>).</summary>
    public string? TaskName => _meta.Extension?.Name;

    /// <summary>The name of the worker that ran it; null unless its worker stores extended results.</summary>
    public string? Worker => _meta.Extension is { Worker.Length: > 0 } extension ? extension.Worker : null;

    /// <summary>How often it had been retried before; null unless its worker stores extended results.</summary>
    public int? Retries => _meta.Extension?.Retries;

    /// <summary>The routing key of its message; null unless its worker stores extended results.</summary>
    public string? Queue => _meta.Extension?.Queue;

    /// <summary>The positional arguments; an undefined element unless its worker stores extended results.</summary>
    /// <exception cref="ResultBackendException">They are not JSON.</exception>
    public JsonElement ReadArgs() => ResultJson.Parse(_meta.Extension?.Args ?? default, TaskId);

    /// <summary>The keyword arguments; an undefined element unless its worker stores extended results.</summary>
    /// <exception cref="ResultBackendException">They are not JSON.</exception>
    public JsonElement ReadKwargs() => ResultJson.Parse(_meta.Extension?.Kwargs ?? default, TaskId);

    /// <summary>What is stored with the state, as JSON; an undefined element when there is nothing.</summary>
    /// <exception cref="ResultBackendException">It is not JSON.</exception>
    public JsonElement ReadInfo() => ResultJson.Parse(_meta.Result, TaskId);

    /// <summary>What is stored with the state, read as a type: the progress a task reports, or its result.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <exception cref="CelerySerializationException">It does not fit <typeparamref name="T"/>.</exception>
    public T ReadInfo<T>() => ResultJson.Read<T>(_meta.Result, TaskId, _access.SerializerOptions);

    /// <summary>The exception that is stored: of a FAILURE, a REVOKED, or a RETRY, whose reason it is; null in other states.</summary>
    public RemoteTaskException? ReadError() => State.IsException ? ExceptionInfo.Read(_meta).ToException(_meta) : null;

    /// <summary>
    /// Handles to the tasks that this one sent, its callbacks and the next step of its chain among them, in the order in which it sent them; a group it sent is
    /// a <see cref="GroupResult{T}"/> of <see cref="JsonElement"/>. Empty when there are none.
    /// </summary>
    /// <exception cref="ResultBackendException">What is stored as its children cannot be read.</exception>
    public IReadOnlyList<AsyncResult> ReadChildren()
    {
        try
        {
            return [.. ResultNode.ReadList(_meta.Children).Select(child => ResultTree.ToHandle(child, _access))];
        }
        catch (Exception error) when (error is FormatException or JsonException or InvalidOperationException)
        {
            throw new ResultBackendException($"What is stored as the children of task {TaskId} cannot be read: {error.Message}", error);
        }
    }
}
