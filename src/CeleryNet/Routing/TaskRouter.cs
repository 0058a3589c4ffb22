namespace CeleryNet.Routing;

/// <summary>Decides where a call goes. celery/app/routes.py Router.route, celery/app/amqp.py _create_task_sender</summary>
/// <param name="defaultQueue">The queue of calls that name none (<c>task_default_queue</c>).</param>
internal sealed class TaskRouter(string defaultQueue)
{
    public Destination Route(SendOptions options)
    {
        if (options is { Exchange: not null, RoutingKey: not null })
        {
            // Both given: the caller knows the topology, and it is his.
            return new Destination(options.Exchange, options.RoutingKey);
        }

        var queue = QueueSpec.Named(options.Queue ?? defaultQueue);

        // Celery publishes to direct exchanges through the default exchange: the routing key is the queue's name.
        return new Destination("", options.RoutingKey ?? queue.Name) { Declare = options.RoutingKey is null ? queue : null };
    }
}
