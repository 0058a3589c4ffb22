using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CeleryNet.TestKit;

namespace CeleryNet.Interop.Tests.Peers;

/// <summary>A Python process that sends tasks on command: python/driver.py.</summary>
public sealed class PythonDriver : IAsyncDisposable
{
    private readonly PythonProcess _process;
    private readonly SemaphoreSlim _turn = new(1);
    private int _number;

    private PythonDriver(PythonProcess process) => _process = process;

    public static Task<PythonDriver> StartAsync(PythonSettings settings) => StartAsync(settings, "driver.py");

    /// <summary>A Python process that listens to events: python/listener.py.</summary>
    public static Task<PythonDriver> StartListenerAsync(PythonSettings settings) => StartAsync(settings, "listener.py");

    private static async Task<PythonDriver> StartAsync(PythonSettings settings, string script)
    {
        var process = PythonProcess.StartScript(PythonSettings.Script(script), environment: settings.Environment);
        await process.WaitForLineAsync("DRIVER-READY");
        return new PythonDriver(process);
    }

    /// <summary>Sends a task and waits for its end.</summary>
    /// <param name="task">The task's name.</param>
    /// <param name="args">The positional arguments, as JSON.</param>
    /// <param name="kwargs">The keyword arguments, as JSON.</param>
    /// <param name="options">Options of <c>send_task</c>, as JSON members.</param>
    public async Task<PythonAnswer> CallAsync(string task, string args = "[]", string kwargs = "{}", JsonObject? options = null)
    {
        var command = options ?? [];
        command["name"] = task;
        command["args"] = JsonNode.Parse(args);
        command["kwargs"] = JsonNode.Parse(kwargs);
        return new PythonAnswer(await AskAsync("call", command));
    }

    /// <summary>Has one of the driver's functions run.</summary>
    public async Task<JsonElement> AskAsync(string operation, JsonObject command)
    {
        await _turn.WaitAsync();
        try
        {
            command["operation"] = operation;
            command["number"] = ++_number;
            var prefix = string.Create(CultureInfo.InvariantCulture, $"ANSWER {_number} ");
            await _process.WriteLineAsync(command.ToJsonString());
            var line = await _process.WaitForLineAsync(each => each.StartsWith(prefix, StringComparison.Ordinal), $"the answer to {operation}");
            var answer = JsonElement.Parse(line[prefix.Length..]);
            if (answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("driver_failed", out var failure))
            {
                throw new InvalidOperationException($"Python could not do {operation}: {failure}");
            }

            return answer;
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _turn.Dispose();
    }
}

/// <summary>What Python got for a task.</summary>
public sealed class PythonAnswer(JsonElement answer)
{
    public string Id => answer.GetProperty("id").GetString()!;

    /// <summary>The value as JSON; fails with the exception when there was one.</summary>
    public JsonElement Value => answer.TryGetProperty("value", out var value) ? value : throw new InvalidOperationException($"Python got no value but {answer}");

    /// <summary>The value as Python shows it.</summary>
    public string Repr => answer.TryGetProperty("repr", out var value) ? value.GetString()! : throw new InvalidOperationException($"Python got no value but {answer}");

    public string State => answer.GetProperty("state").GetString()!;

    /// <summary>When it was sent, in seconds since 1970.</summary>
    public double Sent => answer.GetProperty("sent").GetDouble();

    public IReadOnlyList<string> Children => [.. answer.GetProperty("children").EnumerateArray().Select(child => child.GetString()!)];

    /// <summary>The documents of the states it went through, as they came.</summary>
    public IReadOnlyList<JsonElement> States => [.. answer.GetProperty("states").EnumerateArray()];

    public string? Traceback => answer.GetProperty("traceback").GetString();

    public string ErrorType => Error("type").GetString()!;

    public string ErrorModule => Error("module").GetString()!;

    public string ErrorMessage => Error("message").GetString()!;

    /// <summary>The exception as Python shows it, with its class and arguments.</summary>
    public string ErrorRepr => Error("repr").GetString()!;

    /// <summary>The names of the exception's class and its base classes.</summary>
    public IReadOnlyList<string> ErrorBases => [.. Error("bases").EnumerateArray().Select(each => each.GetString()!)];

    private JsonElement Error(string name) => answer.TryGetProperty("error", out var error)
        ? error.GetProperty(name)
        : throw new InvalidOperationException($"Python got no exception but {answer}");
}
