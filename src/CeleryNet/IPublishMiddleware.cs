namespace CeleryNet;

/// <summary>
/// Stands around each message that a client sends and each retry that a worker sends, before it is routed and written. Added by
/// <see cref="CeleryBuilder.AddPublishMiddleware{T}"/>; of several, the first one added is the outermost.
/// </summary>
/// <remarks>The counterpart of Celery's signals <c>before_task_publish</c> and <c>after_task_publish</c>. One instance serves the program; it must be safe for concurrent use.</remarks>
public interface IPublishMiddleware
{
    /// <summary>Sends a message on, as it is or changed.</summary>
    /// <param name="context">What is to be sent.</param>
    /// <param name="next">
    /// The rest of the way. It returns when the broker has the message, and throws what the send throws. To return without having called it is an error:
    /// whoever sends would wait for a result that nobody works on. For the same reason a failure of the send that is caught and not followed by one that
    /// succeeds is the sender's all the same.
    /// </param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <remarks>What it throws is what the sender gets; the message is then not sent, unless <paramref name="next"/> had sent it.</remarks>
    ValueTask PublishAsync(PublishContext context, PublishDelegate next, CancellationToken cancellationToken);
}

/// <summary>The rest of a publish: the inner middleware and the send itself.</summary>
/// <param name="context">What is to be sent.</param>
/// <param name="cancellationToken">Ends it.</param>
public delegate ValueTask PublishDelegate(PublishContext context, CancellationToken cancellationToken);
