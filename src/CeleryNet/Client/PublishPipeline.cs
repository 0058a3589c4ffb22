using System.Runtime.ExceptionServices;

namespace CeleryNet.Client;

/// <summary>The middleware around every publish, in their order.</summary>
internal sealed class PublishPipeline(IEnumerable<IPublishMiddleware> middleware)
{
    private readonly IPublishMiddleware[] _middleware = [.. middleware];

    public static PublishPipeline Empty { get; } = new([]);

    public bool IsEmpty => _middleware.Length == 0;

    /// <param name="context">What the sender wants to send.</param>
    /// <param name="send">Sends what the innermost middleware passes on.</param>
    /// <param name="cancellationToken">The sender's.</param>
    /// <exception cref="PublishException">A middleware kept the message to itself. A failure of the send that it kept to itself is thrown as it was.</exception>
    public async ValueTask PublishAsync(PublishContext context, PublishDelegate send, CancellationToken cancellationToken)
    {
        var id = context.Id;
        var reached = 0;
        var isSent = false;
        ExceptionDispatchInfo? failure = null;
        await NextAt(0)(context, cancellationToken).ConfigureAwait(false);
        if (reached <= _middleware.Length)
        {
            throw new PublishException(
                $"{_middleware[reached - 1].GetType()} did not pass the call of task '{context.TaskName}' on; a publish middleware must call next, or throw to stop a message.");
        }

        if (!isSent)
        {
            // Whoever sends would wait for a result that nobody works on.
            failure?.Throw();
            throw new PublishException(
                $"The call of task '{context.TaskName}' may not have been sent: a publish middleware did not wait for next. One that calls it must await it.");
        }

        PublishDelegate NextAt(int index) => (passed, token) =>
        {
            ArgumentNullException.ThrowIfNull(passed);
            reached = Math.Max(reached, index + 1);
            return index == _middleware.Length ? SendAsync(passed with { Id = id }, token) : _middleware[index].PublishAsync(passed, NextAt(index + 1), token);
        };

        async ValueTask SendAsync(PublishContext passed, CancellationToken token)
        {
            try
            {
                await send(passed, token).ConfigureAwait(false);
                isSent = true;
            }
            catch (Exception error)
            {
                failure = ExceptionDispatchInfo.Capture(error);
                throw;
            }
        }
    }
}
