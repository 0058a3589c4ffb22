using System.Runtime.InteropServices;
using System.Text.Json;
using CeleryNet.Events;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Serialization;
using CeleryNet.Transports;

namespace CeleryNet.Worker;

/// <summary>
/// Tells monitors of the tasks of this worker. While nobody wants to know, it costs a look at a flag. celery/worker/request.py Request.send_event
/// </summary>
internal sealed class TaskEvents
{
    // What Celery sends for a task that was terminated, unless somebody has asked for another signal. Here it is the token that ends it.
    private const int TerminationSignal = 15;

    // No monitor shows more, and it must fit into a message together with others.
    private const int ShownCharacters = 50_000;

    private readonly EventDispatcher? _dispatcher;
    private readonly JsonSerializerOptions _serializerOptions;
    private readonly JsonBuffers _buffers;

    public TaskEvents(EventDispatcher? dispatcher, JsonSerializerOptions serializerOptions)
    {
        _dispatcher = dispatcher;
        _serializerOptions = serializerOptions;
        _buffers = new JsonBuffers(new() { Encoder = serializerOptions.Encoder, SkipValidation = true });
        Sender = dispatcher is null ? null : Send;
    }

    /// <summary>Where nobody can be told, as where tasks are run by their senders.</summary>
    public static TaskEvents None { get; } = new(null, new JsonSerializerOptions());

    /// <summary>Sends events of the tasks' own; null where nobody can be told.</summary>
    public Action<TaskContext, string, TaskValue?>? Sender { get; }

    private bool AreOn => _dispatcher is { SendsTasks: true };

    public void Received(TaskRequest request)
    {
        if (AreOn && request.Definition.IsShown)
        {
            _dispatcher!.Collect(EventNames.TaskReceived, request.Headers, static (writer, headers) =>
            {
                writer.WriteText("uuid", headers.Id.Value);
                writer.WriteText("name", headers.DisplayName);
                writer.WriteText("args", headers.ArgsRepr ?? "");
                writer.WriteText("kwargs", headers.KwargsRepr ?? "");
                writer.WriteText("root_id", headers.RootId?.Value);
                writer.WriteText("parent_id", headers.ParentId?.Value);
                writer.WriteNumber("retries", headers.Retries);
                writer.WriteInstant("eta", headers.Eta);
                writer.WriteInstant("expires", headers.Expires);
            });
        }
    }

    public void Started(TaskRequest request)
    {
        if (AreOn && request.Definition.IsShown)
        {
            _dispatcher!.Collect(EventNames.TaskStarted, request.Headers.Id, WriteId);
        }
    }

    /// <summary>A task that ended without being run, since it was too late for it or it is not wanted any more.</summary>
    public void Revoked(TaskRequest request, bool isExpired)
    {
        if (AreOn && request.Definition.IsShown)
        {
            CollectRevoked(request.Headers.Id, signal: null, isExpired);
        }
    }

    /// <summary>A task is to run again, and the message for it goes out next. Told after that, it could follow the end of the next run.</summary>
    public void Retried(TaskRequest request, TaskRetryException retry)
    {
        if (AreOn && request.Definition.IsShown)
        {
            CollectError(EventNames.TaskRetried, request.Headers.Id, retry, retry.InnerException is { } cause ? Repr(cause) : "None");
        }
    }

    /// <summary>A run has ended, and its message was settled or is about to go back to its queue.</summary>
    /// <param name="request">The task.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="settlement">What has become of its message; null when that was acknowledged before.</param>
    /// <param name="elapsed">How long it took.</param>
    public void Finished(TaskRequest request, TaskOutcome outcome, SettlementKind? settlement, TimeSpan elapsed)
    {
        if (AreOn && request.Definition.IsShown)
        {
            Collect(request.Headers.Id, outcome, settlement, elapsed);
        }
    }

    /// <summary>A task that failed without being run.</summary>
    public void Failed(TaskRequest request, Exception error)
    {
        if (AreOn && request.Definition.IsShown)
        {
            CollectError(EventNames.TaskFailed, request.Headers.Id, error, Repr(error));
        }
    }

    /// <summary>A task that nobody here knows. It has no traceback.</summary>
    public void Unknown(TaskHeaders headers)
    {
        if (AreOn)
        {
            _dispatcher!.Collect(EventNames.TaskFailed, headers, static (writer, unknown) =>
            {
                WriteId(writer, unknown.Id);
                writer.WriteText("exception", $"NotRegistered({PythonRepr.Repr(HeaderJson.ToElement(unknown.TaskName))})");
            });
        }
    }

    // Celery sends these whether or not the worker sends events of tasks. celery/app/task.py Task.send_event
    private void Send(TaskContext task, string type, TaskValue? fields)
        => _dispatcher!.Send(type, (task.Id, Members: ReadMembers(type, fields)), static (writer, own) =>
        {
            WriteId(writer, own.Id);
            foreach (var member in own.Members)
            {
                PythonString.WriteName(writer, member.Name);
                writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(member.Value), skipInputValidation: true);
            }
        });

    private JsonProperty[] ReadMembers(string type, TaskValue? fields)
    {
        if (fields is null)
        {
            return [];
        }

        JsonElement map;
        try
        {
            map = ExceptionInfo.ToElement(writer => fields.Write(writer, _serializerOptions));
        }
        catch (Exception error) when (error is JsonException or NotSupportedException or InvalidOperationException or ArgumentException)
        {
            throw new CelerySerializationException($"The fields of the event '{type}' cannot be written as JSON: {error.Message}", error);
        }

        if (map.ValueKind != JsonValueKind.Object)
        {
            throw new ArgumentException($"The fields of the event '{type}' must be a map or an object with members, were {map.ValueKind}.", nameof(fields));
        }

        var members = map.EnumerateObject().ToArray();
        return Array.Find(members, member => member.NameEquals("uuid") || EventSource.IsReserved(member.Name)) is { Value.ValueKind: not JsonValueKind.Undefined } taken
            ? throw new ArgumentException($"The event '{type}' cannot have a field '{taken.Name}' of its own: every event of a task has one. Give it another name.", nameof(fields))
            : members;
    }

    private void Collect(TaskId id, TaskOutcome outcome, SettlementKind? settlement, TimeSpan elapsed)
    {
        if (settlement is SettlementKind.Reject or SettlementKind.Requeue && outcome is not TaskOutcome.Abandoned)
        {
            _dispatcher!.Collect(EventNames.TaskRejected, (Id: id, Requeue: settlement == SettlementKind.Requeue), static (writer, rejected) =>
            {
                WriteId(writer, rejected.Id);
                writer.WriteBoolean("requeue", rejected.Requeue);
            });
        }

        switch (outcome)
        {
            // It will be run again, and its end is to be told then.
            case TaskOutcome.Succeeded or TaskOutcome.Failed or TaskOutcome.TimedOut or TaskOutcome.Terminated when settlement == SettlementKind.Requeue:
                break;
            case TaskOutcome.Succeeded succeeded:
                _dispatcher!.Collect(EventNames.TaskSucceeded, (Id: id, Result: Repr(succeeded.Value), elapsed.TotalSeconds), static (writer, ended) =>
                {
                    WriteId(writer, ended.Id);
                    writer.WriteText("result", ended.Result);
                    writer.WriteFloat("runtime", ended.TotalSeconds);
                });
                break;
            case TaskOutcome.Failed failed:
                CollectError(EventNames.TaskFailed, id, failed.Error, Repr(failed.Error));
                break;
            case TaskOutcome.TimedOut late:
                CollectError(EventNames.TaskFailed, id, late.Error, Repr(late.Error));
                break;
            case TaskOutcome.Terminated:
                CollectRevoked(id, TerminationSignal, isExpired: false);
                break;
            case TaskOutcome.Abandoned:
                _dispatcher!.Collect(EventNames.TaskCancelled, id, WriteId);
                break;
            case TaskOutcome.Retried or TaskOutcome.Rejected or TaskOutcome.RetryUnsent or TaskOutcome.Ignored or TaskOutcome.Replaced or TaskOutcome.SuccessorsUnsent:
                break;
            default:
                throw new InvalidOperationException($"No event for {outcome.GetType().Name}.");
        }
    }

    private void CollectError(string type, TaskId id, Exception error, string shown)
        => _dispatcher!.Collect(type, (Id: id, Shown: shown, Traceback: PythonExceptions.Traceback(error) ?? error.ToString()), static (writer, ended) =>
        {
            WriteId(writer, ended.Id);
            writer.WriteText("exception", Cut(ended.Shown));
            writer.WriteText("traceback", Cut(ended.Traceback));
        });

    private void CollectRevoked(TaskId id, int? signal, bool isExpired)
        => _dispatcher!.Collect(EventNames.TaskRevoked, (Id: id, Signal: signal, IsExpired: isExpired), static (writer, revoked) =>
        {
            WriteId(writer, revoked.Id);
            writer.WriteBoolean("terminated", revoked.Signal is not null);
            if (revoked.Signal is { } signal)
            {
                writer.WriteNumber("signum", signal);
            }
            else
            {
                writer.WriteNull("signum");
            }

            writer.WriteBoolean("expired", revoked.IsExpired);
        });

    private static string Cut(string text) => text.Length <= ShownCharacters ? text : text[..ShownCharacters] + "...";

    private static void WriteId(Utf8JsonWriter writer, TaskId id) => writer.WriteText("uuid", id.Value);

    private string Repr(Exception error) => PythonExceptions.ToPython(error, _serializerOptions).Repr;

    // The result was written once before, where it is kept. What is ignored may be anything.
    private string Repr(TaskValue value)
    {
        byte[] json;
        try
        {
            json = _buffers.Write((Value: value, Options: _serializerOptions), static (buffer, shown) => shown.Value.Write(buffer.Writer, shown.Options));
        }
#pragma warning disable CA1031 // The value is the user's and may throw anything; that it cannot be shown is no failure of its task.
        catch (Exception)
#pragma warning restore CA1031
        {
            return "...";
        }

        return ArgumentRepr.Value(json);
    }
}
