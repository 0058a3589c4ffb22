using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using CeleryNet.Results;

namespace CeleryNet;

/// <summary>How one member of a group ended.</summary>
/// <typeparam name="T">The type its result is read as.</typeparam>
public sealed class ResultOutcome<T>
{
    private readonly ReadOnlyMemory<byte> _json;

    internal ResultOutcome(AsyncResult<T> result, int index, TaskState state, ReadOnlyMemory<byte> json, RemoteTaskException? error)
    {
        Result = result;
        Index = index;
        State = state;
        _json = json;
        Error = error;
    }

    /// <summary>The member.</summary>
    public AsyncResult<T> Result { get; }

    /// <summary>Its place in the group, from 0.</summary>
    public int Index { get; }

    /// <summary>Its final state; of a member that is a group itself that of the first task that failed, or SUCCESS.</summary>
    public TaskState State { get; }

    /// <summary>Whether it succeeded.</summary>
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsSuccessful => Error is null;

    /// <summary>Why it failed; null when it succeeded. Of a member that is a group itself, why the first task that failed did.</summary>
    public RemoteTaskException? Error { get; }

    /// <summary>Its result.</summary>
    /// <exception cref="RemoteTaskException">It failed.</exception>
    /// <exception cref="CelerySerializationException">The result does not fit <typeparamref name="T"/>.</exception>
    public T GetValue()
    {
        if (Error is not null)
        {
            ExceptionDispatchInfo.Throw(Error);
        }

        return ResultJson.Read<T>(_json, Result.Id, Result.Access.SerializerOptions);
    }
}
