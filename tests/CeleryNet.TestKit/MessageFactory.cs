using System.Text;
using CeleryNet.Protocol;

namespace CeleryNet.TestKit;

/// <summary>Makes messages for tests.</summary>
internal static class MessageFactory
{
    /// <summary>A message with a text as its body and no headers.</summary>
    public static Envelope Text(string body, int? priority = null) => new()
    {
        Body = Encoding.UTF8.GetBytes(body),
        ContentType = "application/json",
        ContentEncoding = "utf-8",
        Priority = priority,
    };

    /// <summary>The body as text.</summary>
    public static string TextOf(Envelope? envelope) => envelope is null ? "(unreadable)" : Encoding.UTF8.GetString(envelope.Body.Span);

    /// <summary>
    /// A call of a task as Celery's message protocol 2 has it: headers lang, task, id, … and the body <c>[args, kwargs, embed]</c>.
    /// celery/app/amqp.py AMQP.as_task_v2
    /// </summary>
    /// <param name="task">The task's name.</param>
    /// <param name="args">The positional arguments, as JSON.</param>
    /// <param name="kwargs">The keyword arguments, as JSON.</param>
    /// <param name="id">The message's id; null for a new one.</param>
    /// <param name="headers">Changes the headers before they are sent.</param>
    /// <param name="embed">What comes after the task, as JSON.</param>
    /// <param name="replyTo">Where the sender wants its result.</param>
    /// <param name="priority">The priority.</param>
    public static Envelope Task(
        string task,
        string args = "[]",
        string kwargs = "{}",
        TaskId? id = null,
        Action<MessageHeaders>? headers = null,
        string embed = """{"callbacks": null, "errbacks": null, "chain": null, "chord": null}""",
        string? replyTo = null,
        int? priority = null)
    {
        var taskId = (id ?? TaskId.New()).Value;
        var table = new MessageHeaders();
        table.Add("lang", "py");
        table.Add("task", task);
        table.Add("id", taskId);
        table.Add("shadow", null);
        table.Add("eta", null);
        table.Add("expires", null);
        table.Add("group", null);
        table.Add("group_index", null);
        table.Add("retries", 0L);
        table.Add("timelimit", new object?[] { null, null });
        table.Add("root_id", taskId);
        table.Add("parent_id", null);
        table.Add("argsrepr", args);
        table.Add("kwargsrepr", kwargs);
        table.Add("origin", "gen1@test");
        table.Add("ignore_result", false);
        headers?.Invoke(table);
        return new Envelope
        {
            Body = Encoding.UTF8.GetBytes($"[{args}, {kwargs}, {embed}]"),
            ContentType = "application/json",
            ContentEncoding = "utf-8",
            Headers = table,
            CorrelationId = taskId,
            ReplyTo = replyTo,
            Priority = priority,
        };
    }
}
