using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;

namespace CeleryNet;

/// <summary>What became of one call of <see cref="ICeleryClient.SendManyAsync(IEnumerable{Signature}, CancellationToken)"/>: a handle to its task, or why it has none.</summary>
public class SendOutcome
{
    private readonly AsyncResult? _result;

    private protected SendOutcome(TaskId id, AsyncResult? result, Signature? signature, Exception? error)
    {
        Id = id;
        _result = result;
        Signature = signature;
        Error = error;
    }

    /// <summary>The id the message had, or would have had. To send a call again that may have arrived, give it this id once more.</summary>
    public TaskId Id { get; }

    /// <summary>Whether the broker has the message.</summary>
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsSent => Error is null;

    /// <summary>
    /// What <see cref="ICeleryClient.SendAsync(CeleryNet.Signature, CancellationToken)"/> would have thrown; null when the broker has the message. After a
    /// <see cref="BrokerUnavailableException"/> and an <see cref="OperationCanceledException"/> the message may have arrived all the same, after any other one it has not.
    /// </summary>
    public Exception? Error { get; }

    /// <summary>The call, to be sent again; null when the broker has it, so that outcomes that are kept do not keep arguments, and where there was none.</summary>
    public Signature? Signature { get; }

    /// <summary>The handle to the task.</summary>
    /// <exception cref="Exception">The call was not sent: it is <see cref="Error"/>.</exception>
    public AsyncResult GetResult()
    {
        ThrowIfFailed();
        return _result!; // There is one where there is no error.
    }

    /// <summary>Throws <see cref="Error"/>, if there is one.</summary>
    /// <exception cref="Exception">The call was not sent.</exception>
    public void ThrowIfFailed()
    {
        if (Error is not null)
        {
            ExceptionDispatchInfo.Throw(Error);
        }
    }

    internal static SendOutcome Sent(AsyncResult result) => new(result.Id, result, null, null);

    internal static SendOutcome Failed(TaskId id, Signature? signature, Exception error) => new(id, null, signature, error);
}

/// <summary>What became of one call whose result is read as <typeparamref name="TResult"/>.</summary>
/// <typeparam name="TResult">The type the result is read as.</typeparam>
public sealed class SendOutcome<TResult> : SendOutcome
{
    private SendOutcome(TaskId id, AsyncResult<TResult>? result, Signature<TResult>? signature, Exception? error)
        : base(id, result, signature, error)
    {
    }

    /// <inheritdoc cref="SendOutcome.Signature" />
    public new Signature<TResult>? Signature => (Signature<TResult>?)base.Signature;

    /// <inheritdoc cref="SendOutcome.GetResult" />
    public new AsyncResult<TResult> GetResult() => (AsyncResult<TResult>)base.GetResult();

    internal static SendOutcome<TResult> Sent(AsyncResult<TResult> result) => new(result.Id, result, null, null);

    internal static SendOutcome<TResult> Failed(TaskId id, Signature<TResult>? signature, Exception error) => new(id, null, signature, error);
}
