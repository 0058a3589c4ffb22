using System.Text.Json;
using CeleryNet.Client;
using CeleryNet.Diagnostics;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Results;
using CeleryNet.Serialization;
using CeleryNet.Tasks;
using CeleryNet.Workflows;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Worker;

/// <summary>
/// Calls what is to be called when a task has failed: at once, if this worker has it as an error callback, else as a task with the id of the failed one.
/// celery/backends/base.py _call_task_errbacks
/// </summary>
internal sealed class ErrorCallbacks(
    CanvasSender sender,
    TaskRegistry registry,
    ITaskScopeFactory scopes,
    IResultBackend backend,
    JsonSerializerOptions serializerOptions,
    string hostname,
    ILogger logger)
{
    /// <summary>Calls each of them once.</summary>
    /// <exception cref="BrokerUnavailableException">The broker is away: none was called.</exception>
    public async ValueTask CallAsync(IReadOnlyList<Signature> errbacks, EndedTask failed, FailureRecord failure, CancellationToken cancellationToken)
    {
        // In this order: what is called at once does not fail, and so is not called again when the broker was away.
        IReadOnlyList<Signature> sent = [.. errbacks.Where(errback => Find(errback) is null)];
        if (sent.Count > 0)
        {
            TaskContext.Current = failed.Context;
            var options = new SendOptions { ParentId = failed.Id, RootId = failed.RootId };
            var id = PartialArguments.Of(TaskValue.Of(failed.Id.Value));
            await sender.ApplyAsync(Compositions.Group(sent), id, options, null, cancellationToken).ConfigureAwait(false);
        }

        foreach (var errback in errbacks)
        {
            if (Find(errback) is { } definition)
            {
                await InvokeAsync(definition, errback, failed, failure).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Opens a message by which an error callback is called as a task: its first argument is the id of the failed one, of which the rest is looked up.</summary>
    public async ValueTask<TaskInvocation> OpenAsync(TaskRequest request, TaskContext context, CancellationToken cancellationToken)
    {
        var body = request.Message.Body;
        var args = JsonParts.Items(body.Args);
        var first = args.Count > 0 ? IdOf(args[0]) : null;
        if (first is not null && context.ParentId is { } parent && first != parent && args.Count <= request.Definition.PositionalCount)
        {
            // It takes no arguments from the failed task, and this is its own.
            first = null;
        }

        if (first is not null)
        {
            body = body with { Args = Join(args.Skip(1)) };
        }

        // One that takes nothing from the failed task still knows it by its parent.
        var failure = await LookUpAsync(first ?? context.ParentId ?? context.Id, cancellationToken).ConfigureAwait(false);
        return new TaskInvocation(request.Definition, body, serializerOptions, context, scopes) { Failure = failure };
    }

    private TaskDefinition? Find(Signature errback) => errback.Kind == SignatureKind.Call && registry.Find(errback.TaskName) is { IsErrorCallback: true } definition ? definition : null;

    private async ValueTask InvokeAsync(TaskDefinition definition, Signature errback, EndedTask failed, FailureRecord failure)
    {
        TaskInvocation? invocation = null;
        try
        {
            var context = failed.Context ?? new TaskContext(failed.Id, failed.Name, new TaskCancellation()) { RootId = failed.RootId, Hostname = hostname };
            TaskContext.Current = context;
            var body = new TaskBody(WriteArgs(errback), WriteKwargs(errback), TaskEmbed.Empty);
            invocation = new TaskInvocation(definition, body, serializerOptions, context, scopes)
            {
                Failure = new TaskFailure(failed.Id) { TaskName = failed.Name, RootId = failed.RootId, Error = failure.Error, Traceback = failure.Traceback },
            };
            await definition.Invoke(invocation).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // It is the user's code and may throw anything; the failed task has failed of something else.
        catch (Exception error)
#pragma warning restore CA1031
        {
            logger.ErrorCallbackFailed(error, definition.Name, failed.Name, failed.Id.Value);
        }
        finally
        {
            if (invocation?.Scope is { } scope)
            {
                await DisposeAsync(definition, failed, scope).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask DisposeAsync(TaskDefinition definition, EndedTask failed, ITaskScope scope)
    {
        try
        {
            await scope.DisposeAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // What its services do on disposal changes nothing any more.
        catch (Exception error)
#pragma warning restore CA1031
        {
            logger.ScopeDisposalFailed(error, definition.Name, failed.Id.Value);
        }
    }

    private async ValueTask<TaskFailure> LookUpAsync(TaskId id, CancellationToken cancellationToken)
    {
        try
        {
            if (await backend.GetAsync(id, cancellationToken).ConfigureAwait(false) is { State.IsFailed: true } meta)
            {
                return new TaskFailure(id) { TaskName = meta.Extension?.Name, Error = ExceptionInfo.Read(meta).ToException(meta), Traceback = meta.Traceback };
            }
        }
        catch (CeleryException error)
        {
            logger.FailureNotFound(error, id.Value);
        }

        return new TaskFailure(id);
    }

    private ReadOnlyMemory<byte> WriteArgs(Signature errback) => Write(writer =>
    {
        writer.WriteStartArray();
        foreach (var argument in errback.Args)
        {
            argument.Write(writer, serializerOptions);
        }

        writer.WriteEndArray();
    });

    private ReadOnlyMemory<byte> WriteKwargs(Signature errback) => Write(writer =>
    {
        writer.WriteStartObject();
        foreach (var (name, argument) in errback.Kwargs)
        {
            PythonString.WriteName(writer, name);
            argument.Write(writer, serializerOptions);
        }

        writer.WriteEndObject();
    });

    private static string? IdOf(ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span);
        return reader.Read() && reader.TokenType == JsonTokenType.String && PythonString.Read(ref reader) is { Length: > 0 } id ? id : null;
    }

    private static ReadOnlyMemory<byte> Join(IEnumerable<ReadOnlyMemory<byte>> items) => Write(writer =>
    {
        writer.WriteStartArray();
        foreach (var item in items)
        {
            writer.WriteRawValue(item.Span, skipInputValidation: true);
        }

        writer.WriteEndArray();
    });

    private static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            write(writer);
        }

        return buffer.WrittenMemory;
    }
}
