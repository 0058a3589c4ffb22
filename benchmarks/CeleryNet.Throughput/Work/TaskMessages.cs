using System.Globalization;
using System.Text;
using System.Text.Unicode;
using RabbitMQ.Client;

namespace CeleryNet.Throughput.Work;

/// <summary>Writes messages of protocol 2 as Celery does, without any of CeleryNet's code: the same ones for every peer.</summary>
/// <param name="call">What they call.</param>
/// <param name="queue">Where they go.</param>
/// <param name="ignoreResult">Whether they say that nobody wants the result.</param>
internal sealed class TaskMessages(TaskCall call, string queue, bool ignoreResult)
{
    private const int LargestElement = 2048;
    private const string Origin = "gen1@bench";

    private readonly byte[] _body = Encoding.UTF8.GetBytes($"[{call.Args}, {{}}, {{\"callbacks\": null, \"errbacks\": null, \"chain\": null, \"chord\": null}}]");
    private readonly string _replyTo = Guid.NewGuid().ToString();

    public string Queue => queue;

    /// <summary>A message's body, for RabbitMQ.</summary>
    public ReadOnlyMemory<byte> Body => _body;

    /// <summary>A message as an element of a Redis list.</summary>
    public byte[] Element(Guid id)
    {
        Span<byte> element = stackalloc byte[LargestElement];
        var ignore = ignoreResult ? "true" : "false";
        return Utf8.TryWrite(
            element,
            CultureInfo.InvariantCulture,
            $$$"""
            {"body": "{{{Convert.ToBase64String(_body)}}}", "content-encoding": "utf-8", "content-type": "application/json", "headers": {"lang": "py", "task": "{{{call.Task}}}", "id": "{{{id}}}", "shadow": null, "eta": null, "expires": null, "group": null, "group_index": null, "retries": 0, "timelimit": [null, null], "root_id": "{{{id}}}", "parent_id": null, "argsrepr": "{{{call.ArgsRepr}}}", "kwargsrepr": "{}", "origin": "{{{Origin}}}", "ignore_result": {{{ignore}}}}, "properties": {"correlation_id": "{{{id}}}", "reply_to": "{{{_replyTo}}}", "delivery_mode": 2, "delivery_info": {"exchange": "", "routing_key": "{{{queue}}}"}, "priority": 0, "body_encoding": "base64", "delivery_tag": "{{{Guid.NewGuid()}}}"}}
            """,
            out var length)
            ? element[..length].ToArray()
            : throw new InvalidOperationException($"A message for queue '{queue}' is longer than {LargestElement} bytes.");
    }

    /// <summary>A message's properties, for RabbitMQ.</summary>
    public BasicProperties Properties(Guid id)
    {
        var text = id.ToString();
        return new BasicProperties
        {
            ContentType = "application/json",
            ContentEncoding = "utf-8",
            DeliveryMode = DeliveryModes.Persistent,
            Priority = 0,
            CorrelationId = text,
            ReplyTo = _replyTo,
            Headers = new Dictionary<string, object?>
            {
                ["lang"] = "py",
                ["task"] = call.Task,
                ["id"] = text,
                ["shadow"] = null,
                ["eta"] = null,
                ["expires"] = null,
                ["group"] = null,
                ["group_index"] = null,
                ["retries"] = 0,
                ["timelimit"] = new object?[] { null, null },
                ["root_id"] = text,
                ["parent_id"] = null,
                ["argsrepr"] = call.ArgsRepr,
                ["kwargsrepr"] = "{}",
                ["origin"] = Origin,
                ["ignore_result"] = ignoreResult,
            },
        };
    }
}
