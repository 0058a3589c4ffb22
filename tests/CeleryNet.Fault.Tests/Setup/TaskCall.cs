using System.Text.Json;

namespace CeleryNet.Fault.Tests.Setup;

/// <summary>A call of one of the tasks of CeleryNet.Fault.Worker.</summary>
internal sealed record TaskCall(string Task, IReadOnlyList<object?> Args)
{
    public TimeSpan? Countdown { get; init; }

    /// <summary>Acknowledged after its run.</summary>
    public static TaskCall Work(double seconds) => new("fault.work", [seconds]);

    /// <summary>Acknowledged before its run.</summary>
    public static TaskCall WorkEarly(double seconds) => new("fault.work_early", [seconds]);

    /// <summary>Acknowledged after its run, which does not end when it is cancelled.</summary>
    public static TaskCall WorkDeaf(double seconds) => new("fault.work_deaf", [seconds]);

    /// <summary>Retried before it does its work.</summary>
    public static TaskCall WorkRetried(double seconds, int times, double countdown) => new("fault.work_retried", [seconds, times, countdown]);

    /// <summary>Takes its worker down, three times at most.</summary>
    public static TaskCall Poison(double seconds) => new("fault.poison", [seconds]);

    public Task<AsyncResult<JsonElement>> SendAsync(ICeleryClient client, TaskId id, string queue)
        => client.SendTaskAsync(Task, Args, options: new SendOptions { TaskId = id, Queue = queue, Countdown = Countdown });
}
