using System.Text.Json;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Serialization;
using CeleryNet.Tasks;

namespace CeleryNet.Worker;

/// <summary>Makes the documents a worker stores of a task's states.</summary>
internal sealed class ResultMetaFactory(JsonSerializerOptions serializerOptions, string hostname, bool isExtended, TimeProvider time)
{
    // With their escapes they fit even the smallest MaxBodySize.
    private const int ShownCharacters = 100;

    private readonly JsonBuffers _buffers = new(new() { SkipValidation = true });

    /// <summary>The document of a value.</summary>
    /// <exception cref="CelerySerializationException">The value cannot be written.</exception>
    public ResultMeta OfValue(TaskRequest request, TaskState state, TaskValue value)
    {
        try
        {
            var json = _buffers.Write((Value: value, Options: serializerOptions), static (buffer, each) => each.Value.Write(buffer.Writer, each.Options));
            return Complete(request, state, json, null);
        }
#pragma warning disable CA1031 // Writing runs the getters and converters of the value's type, which may throw anything.
        catch (Exception error)
#pragma warning restore CA1031
        {
            throw new CelerySerializationException($"The {state} of task '{request.Headers.TaskName}' cannot be written as JSON: {error.Message}", error);
        }
    }

    /// <summary>The document of an exception.</summary>
    public ResultMeta OfException(TaskRequest request, TaskState state, Exception error)
        => Complete(request, state, Json(PythonExceptions.ToPython(error, serializerOptions).Write), PythonExceptions.Traceback(error));

    /// <summary>The document of a task that waits for its retry: the reason in place of the retry itself, null without one. celery/app/trace.py handle_retry</summary>
    public ResultMeta OfRetry(TaskRequest request, TaskRetryException retry) => Complete(
        request,
        TaskState.Retry,
        retry.InnerException is { } cause ? Json(PythonExceptions.ToPython(cause, serializerOptions).Write) : default,
        PythonExceptions.Traceback(retry));

    /// <summary>The document of a message of which nothing but the id is known. celery/worker/consumer/consumer.py on_unknown_task</summary>
    public ResultMeta OfException(TaskId id, TaskState state, Exception error) => new(id, state)
    {
        Result = Json(PythonExceptions.ToPython(error, serializerOptions).Write),
        Traceback = PythonExceptions.Traceback(error),
        DateDone = state.IsReady ? time.GetUtcNow() : null,
    };

    /// <summary>The document of a task that was not run since another before it failed.</summary>
    public ResultMeta OfFailure(TaskId id, FailureRecord failure) => new(id, failure.State)
    {
        Result = failure.Result,
        Traceback = failure.Traceback,
        DateDone = time.GetUtcNow(),
    };

    /// <summary>The exception as Python would show it to programmers.</summary>
    public string ReprOf(Exception error) => PythonExceptions.ToPython(error, serializerOptions).Repr;

    /// <summary>The document of an exception with the texts of its arguments in place of them: for a serializer that cannot write them.</summary>
    public ResultMeta InTexts(ResultMeta failure, Exception error)
        => failure with { Result = Json(PythonExceptions.ToPython(error, serializerOptions).InTexts().Write) };

    /// <summary>The document of an exception with no more than who waits for it must know: for one that is too large.</summary>
    public ResultMeta Shortened(ResultMeta failure, Exception error) => failure with
    {
        Result = Json(PythonExceptions.ToPython(error, serializerOptions).Shortened(ShownCharacters).Write),
        Traceback = null,
        Children = default,
    };

    /// <summary>A task that ended without being run. celery/worker/request.py _announce_revoked</summary>
    public ResultMeta OfRevoked(TaskRequest request, string reason)
        => Complete(request, TaskState.Revoked, Json(ExceptionInfo.OfText("TaskRevokedError", "celery.exceptions", reason).Write), null);

    /// <summary>The document of a task that has begun: <c>{"pid": …, "hostname": …}</c>.</summary>
    public ResultMeta OfStarted(TaskRequest request)
    {
        var result = Json(writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("pid", Environment.ProcessId);
            writer.WriteString("hostname", hostname);
            writer.WriteEndObject();
        });
        return Complete(request, TaskState.Started, result, null);
    }

    private ResultMeta Complete(TaskRequest request, TaskState state, ReadOnlyMemory<byte> result, string? traceback)
    {
        var headers = request.Headers;
        return new ResultMeta(headers.Id, state)
        {
            Result = result,
            Traceback = traceback,
            Children = Children(request.Context?.Children ?? []),
            DateDone = state.IsReady ? time.GetUtcNow() : null,
            GroupId = headers.GroupId,
            ParentId = headers.ParentId,
            Extension = isExtended ? Extend(request) : null,
        };
    }

    private ResultExtension Extend(TaskRequest request)
    {
        var (args, kwargs) = request.IsRead
            ? (SensitiveArguments.Args(request.Definition, request.Message.Body.Args), SensitiveArguments.Kwargs(request.Definition, request.Message.Body.Kwargs))
            : default;
        var extension = new ResultExtension(request.Headers.TaskName, args, kwargs, hostname, request.Headers.Retries, request.Delivery.RoutingKey);
        return request.IsRead ? extension : extension.WithoutArguments();
    }

    private ReadOnlyMemory<byte> Children(IReadOnlyList<WorkflowResult> children) => children.Count == 0 ? default : _buffers.Write(children, static (buffer, children) =>
    {
        var writer = buffer.Writer;
        writer.WriteStartArray();
        foreach (var child in children)
        {
            WorkflowResults.ToNode(child).Write(writer);
        }

        writer.WriteEndArray();
    });

    private byte[] Json(Action<Utf8JsonWriter> write) => _buffers.Write(write, static (buffer, write) => write(buffer.Writer));
}
