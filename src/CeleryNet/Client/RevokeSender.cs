using System.Text.Json;
using CeleryNet.Control;

namespace CeleryNet.Client;

/// <summary>Tells workers that tasks are not wanted any more. celery/app/control.py Control.revoke</summary>
internal sealed class RevokeSender(TaskPublisher publisher, ControlCodec codec, Mailbox mailbox)
{
    public ValueTask RevokeAsync(IReadOnlyCollection<TaskId> ids, RevokeOptions options, CancellationToken cancellationToken)
        => SendAsync("revoke", options, writer =>
        {
            writer.WriteStartArray("task_id");
            foreach (var id in ids)
            {
                writer.WriteStringValue(id.Value);
            }

            writer.WriteEndArray();
        },
        cancellationToken);

    public ValueTask RevokeAsync(IReadOnlyDictionary<string, IReadOnlyList<string>> stamps, RevokeOptions options, CancellationToken cancellationToken)
        => SendAsync("revoke_by_stamped_headers", options, writer =>
        {
            writer.WriteStartObject("headers");
            foreach (var (name, values) in stamps)
            {
                writer.WriteStartArray(name);
                foreach (var value in values)
                {
                    writer.WriteStringValue(value);
                }

                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        },
        cancellationToken);

    private ValueTask SendAsync(string method, RevokeOptions options, Action<Utf8JsonWriter> subject, CancellationToken cancellationToken)
    {
        var command = codec.WriteCommand(method, options.Destination, writer =>
        {
            subject(writer);
            writer.WriteBoolean("terminate", options.Terminate);
            writer.WriteString("signal", options.Signal);
        });
        return publisher.PublishAsync(command, mailbox.Broadcast, null, cancellationToken);
    }
}
