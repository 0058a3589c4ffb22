using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CeleryNet.TestKit;

namespace CeleryNet.Contract.Tests.Routing;

/// <summary>Python's Celery, which declares queues and routes calls on command: python/celery_queues.py.</summary>
public sealed class CeleryQueues : IAsyncLifetime
{
    private readonly SemaphoreSlim _turn = new(1);
    private PythonProcess? _process;
    private int _number;

    public async ValueTask InitializeAsync()
    {
        _process = PythonProcess.StartScript(Path.Combine(AppContext.BaseDirectory, "python", "celery_queues.py"));
        await _process.WaitForLineAsync("READY");
    }

    /// <summary>Declares a queue with its exchange and bindings.</summary>
    /// <exception cref="InvalidOperationException">Python failed; the message is its traceback.</exception>
    internal Task DeclareAsync(string broker, QueueCase queue)
        => AskAsync("declare", new JsonObject { ["broker"] = broker, ["conf"] = queue.Conf(), ["queues"] = queue.PythonQueues(), ["queue"] = queue.Queue });

    /// <summary>Sends a task to a queue, with one argument.</summary>
    internal Task SendAsync(string broker, QueueCase queue, string argument) => AskAsync(
        "send",
        new JsonObject { ["broker"] = broker, ["conf"] = queue.Conf(), ["queues"] = queue.PythonQueues(), ["queue"] = queue.Queue, ["body"] = argument });

    /// <summary>Decides where a call goes.</summary>
    public Task<JsonElement> RouteAsync(JsonNode conf, JsonNode? queues, JsonNode? routes, string task, JsonNode options) => AskAsync(
        "route",
        new JsonObject { ["conf"] = conf, ["queues"] = queues, ["routes"] = routes, ["task"] = task, ["options"] = options });

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _turn.Dispose();
    }

    private async Task<JsonElement> AskAsync(string operation, JsonObject command)
    {
        var process = _process ?? throw new InvalidOperationException("The fixture has not been initialized.");
        await _turn.WaitAsync();
        try
        {
            command["operation"] = operation;
            command["number"] = ++_number;
            var prefix = string.Create(CultureInfo.InvariantCulture, $"ANSWER {_number} ");
            await process.WriteLineAsync(command.ToJsonString());
            var line = await process.WaitForLineAsync(each => each.StartsWith(prefix, StringComparison.Ordinal), $"the answer to {operation}");
            var answer = JsonElement.Parse(line[prefix.Length..]);
            return answer.TryGetProperty("failed", out var failure) ? throw new InvalidOperationException(failure.GetString()) : answer;
        }
        finally
        {
            _turn.Release();
        }
    }
}
