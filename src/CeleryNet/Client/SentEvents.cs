using System.Text.Json;
using CeleryNet.Events;
using CeleryNet.Protocol;
using CeleryNet.Routing;

namespace CeleryNet.Client;

/// <summary>Tells monitors of each call that is with the broker. celery/app/amqp.py send_task_message</summary>
/// <param name="dispatcher">Sends the events.</param>
internal sealed class SentEvents(EventDispatcher dispatcher) : IAsyncDisposable
{
    /// <summary>A message is with the broker. In protocol 1 its headers tell nothing of the task, and monitors are not told either.</summary>
    public void Sent(Envelope envelope, Destination destination)
    {
        if (envelope.Headers.GetString(HeaderNames.Id) is not null)
        {
            dispatcher.Send(EventNames.TaskSent, (envelope.Headers, Destination: destination), static (writer, sent) => Write(writer, sent.Headers, sent.Destination));
        }
    }

    public ValueTask DisposeAsync() => dispatcher.DisposeAsync();

    private static void Write(Utf8JsonWriter writer, MessageHeaders headers, Destination destination)
    {
        writer.WriteText("uuid", headers.GetString(HeaderNames.Id));
        writer.WriteText("root_id", headers.GetString(HeaderNames.RootId));
        writer.WriteText("parent_id", headers.GetString(HeaderNames.ParentId));
        writer.WriteText("name", headers.GetString(HeaderNames.Task));
        writer.WriteText("args", headers.GetString(HeaderNames.ArgsRepr));
        writer.WriteText("kwargs", headers.GetString(HeaderNames.KwargsRepr));
        writer.WriteNumber("retries", headers[HeaderNames.Retries] is long retries ? retries : 0);
        writer.WriteText("eta", headers.GetString(HeaderNames.Eta));
        writer.WriteText("expires", headers.GetString(HeaderNames.Expires));
        writer.WriteText("queue", destination.Declare?.Name ?? (destination.Exchange.Length == 0 ? destination.RoutingKey : null));
        writer.WriteText("exchange", destination.Exchange);
        writer.WriteText("routing_key", destination.RoutingKey);
    }
}
