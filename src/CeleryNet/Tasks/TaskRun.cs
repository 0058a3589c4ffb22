using System.Text.Json;
using CeleryNet.Extensibility;

namespace CeleryNet;

/// <summary>One run of a task, as <see cref="ITaskMiddleware"/> sees it.</summary>
public sealed class TaskRun
{
    private readonly TaskInvocation _invocation;
    private JsonElement? _args;
    private JsonElement? _kwargs;

    internal TaskRun(TaskInvocation invocation, IServiceProvider services)
    {
        _invocation = invocation;
        Services = services;
    }

    /// <summary>The message: id, name, retries, headers and so on.</summary>
    public TaskContext Context => _invocation.Context;

    /// <summary>The task's declaration.</summary>
    public TaskDefinition Definition => _invocation.Definition;

    /// <summary>The services of this run, which the task's class comes from too; disposed after it.</summary>
    public IServiceProvider Services { get; }

    /// <summary>Fires when the worker wants the task to end.</summary>
    public CancellationToken CancellationToken => Context.CancellationToken;

    /// <summary>The positional arguments as the message has them, a JSON list. They may hold secrets, which do not belong into logs.</summary>
    public JsonElement Args => _args ??= Parse(_invocation.Body.Args);

    /// <summary>The keyword arguments as the message has them, a JSON object. They may hold secrets, which do not belong into logs.</summary>
    public JsonElement Kwargs => _kwargs ??= Parse(_invocation.Body.Kwargs);

    // How deep it may be was checked when the message was read.
    private static JsonElement Parse(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = int.MaxValue });
        return document.RootElement.Clone();
    }
}
