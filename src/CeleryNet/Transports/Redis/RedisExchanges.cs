using CeleryNet.Routing;

namespace CeleryNet.Transports.Redis;

/// <summary>Which exchanges are fanout here: their messages go over a pub/sub channel and are kept nowhere.</summary>
internal static class RedisExchanges
{
    // celery/events/event.py get_exchange makes the event exchange a fanout on Redis (it is a topic elsewhere), kombu/pidbox.py Mailbox the one of remote
    // control, whose replies have a direct exchange.
    private const string EventExchange = "celeryev";
    private const string MailboxSuffix = ".pidbox";
    private const string ReplyPrefix = "reply.";

    public static bool IsFanout(ExchangeSpec exchange) => exchange.Type == ExchangeSpec.Fanout || IsFanout(exchange.Name);

    public static bool IsFanout(Destination destination)
        => IsFanout(destination.Exchange)
            || destination.DeclareExchange?.Type == ExchangeSpec.Fanout
            || (destination.Declare is { } queue && queue.Exchange.Name == destination.Exchange && IsFanout(queue.Exchange));

    private static bool IsFanout(string exchange)
        => exchange == EventExchange
            || (exchange.EndsWith(MailboxSuffix, StringComparison.Ordinal) && !exchange.StartsWith(ReplyPrefix, StringComparison.Ordinal));
}
