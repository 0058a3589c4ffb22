using System.Text.Json;
using CeleryNet.Extensibility;

namespace CeleryNet;

/// <summary>A message about to be sent. Immutable: a middleware that wants another one passes on a copy, <c>context with { … }</c>.</summary>
public sealed record PublishContext
{
    internal PublishContext(string taskName, IReadOnlyList<TaskValue> args, IReadOnlyList<KeyValuePair<string, TaskValue>> kwargs, SendOptions options)
    {
        TaskName = taskName;
        Args = args;
        Kwargs = kwargs;
        Options = options;
    }

    /// <summary>The id of the message and its result. It stays what it is.</summary>
    public required TaskId Id { get; init; }

    /// <summary>The task's name on the wire; not empty.</summary>
    public string TaskName { get; init; }

    /// <summary>The positional arguments.</summary>
    public IReadOnlyList<TaskValue> Args { get; init; }

    /// <summary>The keyword arguments, in the order they are written.</summary>
    public IReadOnlyList<KeyValuePair<string, TaskValue>> Kwargs { get; init; }

    /// <summary>
    /// How it is sent, as the call says; routes come after the middleware. <see cref="SendOptions.TaskId"/> of it is not read, and of a
    /// retry neither the count nor the time: <see cref="SendOptions.Retries"/>, <see cref="SendOptions.Countdown"/>, <see cref="SendOptions.Eta"/>.
    /// </summary>
    public SendOptions Options { get; init; }

    /// <summary>Whether a worker sends it to run a task of its own again. A retry keeps its headers by itself.</summary>
    public bool IsRetry { get; init; }

    /// <summary>The same message with a header of your own more, which the task sees in <see cref="TaskContext.Headers"/>.</summary>
    /// <param name="name">The header; one of the protocol's own is replaced.</param>
    /// <param name="value">Its value.</param>
    public PublishContext WithHeader(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return WithHeader(name, JsonElement.Parse("\"" + JsonEncodedText.Encode(value) + "\""));
    }

    /// <inheritdoc cref="WithHeader(string, string)" />
    public PublishContext WithHeader(string name, JsonElement value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var headers = new Dictionary<string, JsonElement>(Options.Headers ?? new Dictionary<string, JsonElement>(), StringComparer.Ordinal) { [name] = value };
        return this with { Options = Options with { Headers = headers } };
    }
}
