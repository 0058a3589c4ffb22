using System.Runtime.CompilerServices;
using CeleryNet.Protocol;
using CeleryNet.Routing;
using StackExchange.Redis;

namespace CeleryNet.Transports.Redis;

/// <summary>
/// Publishes by <c>LPUSH</c> to the list of the queue and of the priority's step. Publishes made together share round trips, each waits for its own reply.
/// kombu/transport/redis.py Channel._put, Channel._put_fanout
/// </summary>
internal sealed class RedisPublisher(RedisConnection connection, RedisKeys keys, RedisDeclarations declarations) : IPublisher
{
    private readonly RedisBindings _bindings = new();
    private readonly RedisEnvelopeWriter _writer = new();
    private readonly PushedElements _pushed = new(connection);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask PublishAsync(Envelope envelope, Destination destination, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var database = await connection.GetDatabaseAsync(cancellationToken).ConfigureAwait(false);
            if (destination.Declare is { } queue && !declarations.AreDeclared(queue))
            {
                await declarations.DeclareAsync(queue, cancellationToken).ConfigureAwait(false);
            }

            if (RedisExchanges.IsFanout(destination))
            {
                await BroadcastAsync(database, envelope, destination, cancellationToken).ConfigureAwait(false);
            }
            else if (destination.Exchange.Length == 0)
            {
                await PushAsync(destination.RoutingKey, envelope, destination, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await RouteAsync(database, envelope, destination, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (RedisServerException error) when (!RedisErrors.IsConnectionFailure(error))
        {
            throw new PublishException(
                $"Redis at '{connection.Target.Display}' refused a message for exchange '{destination.Exchange}' and routing key "
                + $"'{destination.RoutingKey}': {RedisErrors.Describe(error)}.",
                error);
        }
        catch (Exception error) when (RedisErrors.IsClientError(error) && !connection.IsDisposed)
        {
            throw connection.Unavailable(error);
        }
        catch (OperationCanceledException error) when (!connection.IsConnected)
        {
            throw connection.Unavailable(error);
        }
    }

    private async Task RouteAsync(IDatabase database, Envelope envelope, Destination destination, CancellationToken cancellationToken)
    {
        var members = await database.SetMembersAsync(keys.Bindings(destination.Exchange)).WaitAsync(cancellationToken).ConfigureAwait(false);
        var queues = _bindings.Match(members.Select(member => member.ToString()), destination.RoutingKey, keys.Separator);
        if (queues.Count == 0 && destination.Mandatory)
        {
            throw new PublishException(
                $"No queue is bound to exchange '{destination.Exchange}' with routing key '{destination.RoutingKey}' at Redis '{connection.Target.Display}'; "
                + "start a worker that consumes such a queue, or send to the queue by its name.");
        }

        foreach (var queue in queues)
        {
            await PushAsync(queue, envelope, destination, cancellationToken).ConfigureAwait(false);
        }
    }

    private ValueTask PushAsync(string queue, Envelope envelope, Destination destination, CancellationToken cancellationToken)
        => _pushed.PushAsync(keys.ListFor(queue, envelope.Priority), _writer.Write(envelope, destination), cancellationToken);

    private async Task BroadcastAsync(IDatabase database, Envelope envelope, Destination destination, CancellationToken cancellationToken)
    {
        var channel = RedisChannel.Literal(keys.FanoutChannel(destination.Exchange, destination.RoutingKey));
        await database.PublishAsync(channel, _writer.Write(envelope, destination)).WaitAsync(cancellationToken).ConfigureAwait(false);
    }
}
