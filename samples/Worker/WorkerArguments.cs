using System.CommandLine;
using CeleryNet;
using Microsoft.Extensions.Logging;

namespace SampleWorker;

/// <summary>The command line; what is not given there is left to the configuration and the library's defaults.</summary>
internal sealed class WorkerArguments
{
    private static readonly Dictionary<string, LogLevel> _levels = new()
    {
        ["debug"] = LogLevel.Debug,
        ["info"] = LogLevel.Information,
        ["warning"] = LogLevel.Warning,
        ["error"] = LogLevel.Error,
        ["critical"] = LogLevel.Critical,
    };

    private readonly Option<string?> _broker = new("--broker", "-b")
    {
        Description = "URL of the broker; without it the environment's CELERY_BROKER_URL",
        HelpName = "URL",
    };

    private readonly Option<string?> _resultBackend = new("--result-backend")
    {
        Description = "URL of the result backend; without it the environment's CELERY_RESULT_BACKEND",
        HelpName = "URL",
    };

    private readonly Option<string?> _queues = new("--queues", "-Q")
    {
        Description = "Queues to consume, separated by commas [default: celery]",
        HelpName = "NAMES",
    };

    private readonly Option<int> _concurrency = new("--concurrency", "-c")
    {
        Description = "How many tasks may run at a time [default: five per processor]",
        HelpName = "N",
    };

    private readonly Option<string?> _hostname = new("--hostname", "-n")
    {
        Description = "Node name as name@host; %h is the host name [default: celery@%h]",
        HelpName = "NAME",
    };

    private readonly Option<string> _logLevel = new("--loglevel", "-l")
    {
        Description = "The least severe messages to log to standard error",
        DefaultValueFactory = _ => "info",
    };

    private readonly Option<double> _visibilityTimeout = new("--visibility-timeout")
    {
        Description = "Redis: seconds after which a message of a dead worker is taken by another [default: 3600]",
        HelpName = "SECONDS",
    };

    public WorkerArguments()
    {
        _logLevel.AcceptOnlyFromAmong([.. _levels.Keys]);
        Command = new RootCommand("Runs the sample tasks for any Celery producer.")
        {
            _broker, _resultBackend, _queues, _concurrency, _hostname, _logLevel, _visibilityTimeout,
        };
        Command.Validators.Add(result =>
        {
            if (result.GetValue(_broker) is null && Environment.GetEnvironmentVariable("CELERY_BROKER_URL") is null)
            {
                result.AddError(
                    "No broker: give --broker URL or set CELERY_BROKER_URL, for example redis://localhost:6379/0 or amqp://guest:guest@localhost:5672//.");
            }
        });
    }

    public RootCommand Command { get; }

    public LogLevel MinimumLevel(ParseResult arguments) => _levels[arguments.GetValue(_logLevel)!];

    public void Apply(ParseResult arguments, CeleryOptions options)
    {
        options.Broker = arguments.GetValue(_broker) ?? options.Broker;
        options.ResultBackend = arguments.GetValue(_resultBackend) ?? options.ResultBackend;
        options.VisibilityTimeout = arguments.GetResult(_visibilityTimeout) is { } given
            ? TimeSpan.FromSeconds(given.GetValue(_visibilityTimeout))
            : options.VisibilityTimeout;
    }

    public void Apply(ParseResult arguments, WorkerOptions options)
    {
        options.Queues = arguments.GetValue(_queues)?.Split(',', StringSplitOptions.TrimEntries) ?? options.Queues;
        options.Concurrency = arguments.GetResult(_concurrency)?.GetValue(_concurrency) ?? options.Concurrency;
        options.Hostname = arguments.GetValue(_hostname) ?? options.Hostname;
    }
}
