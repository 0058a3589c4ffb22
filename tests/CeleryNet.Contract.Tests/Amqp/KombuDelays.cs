using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CeleryNet.TestKit;

namespace CeleryNet.Contract.Tests.Amqp;

/// <summary>Native delayed delivery as kombu sets it up, on command: python/celery_delays.py.</summary>
public sealed class KombuDelays : IAsyncLifetime
{
    private PythonProcess? _process;
    private int _number;

    public async ValueTask InitializeAsync()
    {
        _process = PythonProcess.StartScript(Path.Combine(AppContext.BaseDirectory, "python", "celery_delays.py"));
        await _process.WaitForLineAsync("READY");
    }

    /// <summary>Declares the levels.</summary>
    /// <exception cref="InvalidOperationException">The broker refused it; the message is Python's traceback.</exception>
    internal Task DeclareAsync(string broker, string queueType = "quorum")
        => AskAsync("declare", new JsonObject { ["broker"] = broker, ["queue_type"] = queueType });

    /// <summary>Declares a queue of a topic exchange and binds it for messages that were kept back.</summary>
    internal Task BindAsync(string broker, string queue, string exchange, string routingKey)
        => AskAsync("bind", new JsonObject { ["broker"] = broker, ["queue"] = queue, ["exchange"] = exchange, ["routing_key"] = routingKey });

    /// <summary>Publishes a message to be kept back for so many seconds.</summary>
    internal Task PublishAsync(string broker, string body, int countdown, string routingKey)
        => AskAsync("publish", new JsonObject { ["broker"] = broker, ["body"] = body, ["countdown"] = countdown, ["routing_key"] = routingKey });

    /// <summary>Deletes an exchange.</summary>
    internal Task DeleteAsync(string broker, string exchange) => AskAsync("delete", new JsonObject { ["broker"] = broker, ["exchange"] = exchange });

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }

    private async Task AskAsync(string operation, JsonObject command)
    {
        var process = _process ?? throw new InvalidOperationException("The fixture has not been initialized.");
        command["operation"] = operation;
        command["number"] = ++_number;
        var prefix = string.Create(CultureInfo.InvariantCulture, $"ANSWER {_number} ");
        await process.WriteLineAsync(command.ToJsonString());
        var line = await process.WaitForLineAsync(each => each.StartsWith(prefix, StringComparison.Ordinal), $"the answer to {operation}");
        if (JsonElement.Parse(line[prefix.Length..]).TryGetProperty("failed", out var failure))
        {
            throw new InvalidOperationException(failure.GetString());
        }
    }
}
