namespace CeleryNet.Routing;

/// <summary>Decides where a call goes. celery/app/routes.py Router.route, celery/app/amqp.py _create_task_sender</summary>
internal sealed class TaskRouter(QueueCatalog queues, RouteTable routes)
{
    public TaskRouter(CeleryOptions options)
        : this(new QueueCatalog(options), new RouteTable(options.Routes))
    {
    }

    /// <param name="defaultQueue">The queue of calls that name none (<c>task_default_queue</c>).</param>
    public TaskRouter(string defaultQueue)
        : this(new CeleryOptions { DefaultQueue = defaultQueue })
    {
    }

    /// <exception cref="CeleryConfigurationException">The call or its route names a queue that is not known and not to be made.</exception>
    public RoutedCall Route(Signature signature)
    {
        var call = signature.Options;
        var route = routes.Find(new RouteRequest(signature.RouteName, signature.Args, signature.Kwargs, call));
        var options = route is null ? call : route.Overlay(call);
        var named = options.Queue is { } name ? queues.Resolve(name) : null;
        return Send(options, named);
    }

    private RoutedCall Send(SendOptions options, QueueSpec? named)
    {
        if (options is { Exchange: { } exchange, RoutingKey: { } key })
        {
            // Both given: the caller knows the topology, and it is his. A queue that is named besides is only declared.
            var known = new Destination(exchange, key) { DeclareExchange = queues.FindExchange(exchange) };
            return new RoutedCall(Declaring(known, named), options, ModeOf(options, named));
        }

        var queue = named ?? queues.ResolveDefault();
        var destination = queue.Exchange.Type == ExchangeSpec.Direct
            // Celery publishes to direct exchanges through the default exchange: the routing key is the queue's name.
            ? new Destination("", queue.Name)
            : new Destination(options.Exchange ?? queue.Exchange.Name, options.RoutingKey ?? (options.Exchange is null ? queue.RoutingKey : ""));
        return new RoutedCall(Declaring(destination, queue), options, ModeOf(options, queue));
    }

    // Nobody need be listening to a broadcast, and a queue of the sender's own would only fill. An exclusive queue is its consumer's to declare.
    private static Destination Declaring(Destination destination, QueueSpec? queue) => queue switch
    {
        { IsBroadcast: true } => destination with { DeclareExchange = queue.Exchange, Mandatory = false },
        { Exclusive: true } when destination.Exchange.Length > 0 => destination with { DeclareExchange = queue.Exchange },
        { Exclusive: true } => destination,
        _ => destination with { Declare = queue },
    };

    private DeliveryMode ModeOf(SendOptions options, QueueSpec? queue) => options.DeliveryMode ?? queue?.DeliveryMode ?? queues.DefaultDeliveryMode;
}

/// <summary>A call whose way is decided.</summary>
/// <param name="Destination">Where it goes.</param>
/// <param name="Options">The options of the call laid over those of its route.</param>
/// <param name="DeliveryMode">Whether it survives a restart of the broker.</param>
internal sealed record RoutedCall(Destination Destination, SendOptions Options, DeliveryMode DeliveryMode);
