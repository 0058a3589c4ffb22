using System.Text.Json;
using CeleryNet.Extensibility;
using StackExchange.Redis;

namespace CeleryNet.Interop.Tests;

/// <summary>The tasks of the .NET worker, by the names python/app.py gives to its own.</summary>
public sealed class InteropTasks(ICeleryClient client, IDatabase counters)
{
    [CeleryTask("interop.add")]
    public static long Add(long x, long y) => x + y;

    [CeleryTask("interop.tsum")]
    public static long Sum(IReadOnlyList<long> numbers) => numbers.Sum();

    [CeleryTask("interop.half")]
    public static double Half(double x) => x / 2;

    [CeleryTask("interop.echo")]
    public static JsonElement Echo(JsonElement value) => value;

    [CeleryTask("interop.describe")]
    public static string Describe(string name, int count = 1, bool loud = false, double? factor = null)
        => FormattableString.Invariant($"{name} {count} {loud} {(factor is null ? "none" : factor)}");

    [CeleryTask("interop.collect")]
    public static string Collect(long first, [CeleryKeywordArguments] Dictionary<string, JsonElement> more, params double?[] rest)
        => FormattableString.Invariant($"{first} [{string.Join(", ", rest.Select(each => each is null ? "none" : FormattableString.Invariant($"{each}")))}] {string.Join(", ", more.Select(each => $"{each.Key}: {each.Value}"))}");

    [CeleryTask("interop.sign_in")]
    public static int SignIn(string name, [CeleryArgument(Sensitive = true)] string password, [CeleryArgument(KeywordOnly = true, Sensitive = true)] int pin)
        => name.Length + password.Length + pin;

    [CeleryTask("interop.order")]
    public static Receipt Order(Order order)
        => new(order.CustomerName, order.ShipTo, order.Lines.Sum(line => line.Quantity * line.UnitPrice), order.Note);

    [CeleryTask("interop.nothing")]
    public static void Nothing()
    {
    }

    [CeleryTask("interop.fail")]
    public static void Fail(string message) => throw new ArgumentException(message);

    [CeleryTask("interop.fail_custom")]
    public static void FailCustom(string message) => throw new OutOfPaperException(message);

    [CeleryTask("interop.fail_key")]
    public static void FailKey(string message) => throw new MissingKeyException(message);

    [CeleryTask("interop.fail_stock")]
    public static void FailStock(string article, int? number) => throw new OutOfStockException(article, number);

    /// <summary>Fails with a cause, which has several causes, one of which has one.</summary>
    [CeleryTask("interop.fail_causes")]
    public static async Task FailCausesAsync()
    {
        try
        {
            var failures = Task.WhenAll(
                Task.Run(static () => throw new FormatException("the first cause", new RankException("the first cause's cause"))),
                Task.Run(static () => throw new ArithmeticException("the second cause")));
            await failures.ContinueWith(static ended => throw ended.Exception!, TaskScheduler.Default);
        }
        catch (AggregateException error)
        {
            throw new InvalidOperationException("the end", error);
        }
    }

    /// <summary>Lets the failure of a Python task be its own.</summary>
    [CeleryTask("interop.forward")]
    public async Task<JsonElement> ForwardAsync(string task, IReadOnlyList<JsonElement> args, CancellationToken cancellationToken)
    {
        var forwarded = await client.SendTaskAsync(task, [.. args.Select(static each => (object?)each)], cancellationToken: cancellationToken);
        return await forwarded.GetAsync(cancellationToken);
    }

    [CeleryTask("interop.now")]
    public static double Now() => (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).TotalSeconds;

    /// <summary>When the task is to run, and until when it may.</summary>
    [CeleryTask("interop.due")]
    public static DateTimeOffset?[] Due(TaskContext task) => [task.Eta, task.Expires];

    /// <summary>What the task sees of its own message.</summary>
    [CeleryTask("interop.request")]
    public static SeenRequest Request(TaskContext task) => new(
        task.Id.Value,
        task.RootId.Value,
        task.ParentId?.Value,
        task.Priority,
        task.Origin,
        new Dictionary<string, JsonElement>(task.Headers));

    /// <summary>Has the Python worker tell what it sees of a task that is sent from here.</summary>
    [CeleryTask("interop.spawn")]
    public async Task<JsonElement> SpawnAsync(CancellationToken cancellationToken)
    {
        var child = await client.SendTaskAsync("interop.request", cancellationToken: cancellationToken);
        return await child.GetAsync(cancellationToken);
    }

    /// <summary>How the message came.</summary>
    [CeleryTask("interop.where")]
    public static string[] Where(TaskContext task) => [task.Exchange, task.RoutingKey];

    [CeleryTask("interop.note")]
    public async Task NoteAsync(string key, string text) => await counters.ListRightPushAsync(key, $"net {text}");

    /// <summary>Fails so many times, and then tells how often it was retried. Who ran it is noted each time.</summary>
    [CeleryTask("interop.flaky")]
    public async Task<int> FlakyAsync(string key, int failures, double pause, TaskContext task)
    {
        await counters.ListRightPushAsync(key, task.Hostname);
        return task.Retries >= failures
            ? task.Retries
            : throw task.Retry(TimeSpan.FromSeconds(pause), exception: new ArgumentException($"not yet, {task.Retries}"));
    }

    [CeleryTask("interop.stubborn", MaxRetries = 2, RetryDelay = "0", AutoRetryFor = [typeof(OutOfPaperException)])]
    public static void Stubborn(string message) => throw new OutOfPaperException(message);

    [CeleryTask("interop.give_up", MaxRetries = 1, RetryDelay = "0")]
    public static void GiveUp(TaskContext task) => throw task.Retry();

    /// <summary>Leaves it to the worker of another queue.</summary>
    [CeleryTask("interop.options")]
    public static void Options(string queue, TaskContext task) => throw task.Retry(TimeSpan.Zero, options: new() { Queue = queue });

    [CeleryTask("interop.refuse", AcksLate = true)]
    public static void Refuse(string reason, TaskContext task) => throw task.Reject(reason);

    [CeleryTask("interop.tell")]
    public static void Tell(string text, TaskContext task) => task.SendEvent("task-told", new Told(text, 3));

    [CeleryTask("interop.untold", SendEvents = false)]
    public static void Untold()
    {
    }

    [CeleryTask("interop.hand_over")]
    public static async Task HandOverAsync(string note, TaskContext task)
    {
        await task.UpdateStateAsync("HANDED_OVER", note);
        throw task.Ignore();
    }

    /// <summary>Leaves its message to others, each time it comes; who had it is noted.</summary>
    [CeleryTask("interop.put_back", AcksLate = true)]
    public async Task PutBackAsync(string key, TaskContext task)
    {
        await counters.ListRightPushAsync(key, task.Hostname);
        await Task.Delay(TimeSpan.FromMilliseconds(20), task.CancellationToken);
        throw task.Reject("not here", requeue: true);
    }

    /// <summary>Puts its message back the first time, and has its worker do that the second time.</summary>
    [CeleryTask("interop.put_back_bound", AcksLate = true, MaxDeliveries = 2)]
    public async Task PutBackBoundAsync(string key, TaskContext task)
    {
        if (await counters.ListRightPushAsync(key, task.Hostname) == 2)
        {
            await counters.ListRightPushAsync(key + "-second", "begun");
            await Task.Delay(Timeout.InfiniteTimeSpan, task.CancellationToken);
        }

        throw task.Reject("not here", requeue: true);
    }

    /// <summary>Waits for the end of its time, and goes on to a good end if it shall.</summary>
    [CeleryTask("interop.overtime")]
    public static async Task<string> OvertimeAsync(bool finishes, TaskContext task, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(TimeSpan.FromMinutes(1), cancellationToken);
        }
        catch (OperationCanceledException) when (finishes)
        {
            // It has nothing to wind up.
        }

        return task.CancellationReason.ToString();
    }

    /// <summary>Heeds nothing.</summary>
    [CeleryTask("interop.block", TimeLimit = "1")]
    public static void Block()
    {
        using var never = new ManualResetEventSlim();
        never.Wait(TimeSpan.FromSeconds(5), CancellationToken.None);
    }

    /// <summary>Notes that it runs, and goes on until it is ended.</summary>
    [CeleryTask("interop.endless", TrackStarted = true)]
    public async Task EndlessAsync(string key, TaskContext task, CancellationToken cancellationToken)
    {
        await counters.ListRightPushAsync(key, "net runs");
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }
        finally
        {
            await counters.ListRightPushAsync(key, $"net {task.CancellationReason}");
        }
    }

    /// <summary>Tells how far it is before it ends.</summary>
    [CeleryTask("interop.steps", TrackStarted = true)]
    public static async Task<string> StepsAsync(TaskContext task, CancellationToken cancellationToken)
    {
        await task.UpdateStateAsync("PROGRESS", new Steps(3, 10), cancellationToken);
        return "done";
    }

    [CeleryTask("interop.quiet", IgnoreResult = true)]
    public async Task QuietAsync(string key) => await counters.ListRightPushAsync(key, "quiet");

    [CeleryTask("interop.quiet_failure", IgnoreResult = true, StoreErrorsEvenIfIgnored = true)]
    public static void QuietFailure() => throw new ArgumentException("heard nevertheless");

    /// <summary>Notes what it was called with; for callbacks, which nobody waits for.</summary>
    [CeleryTask("interop.push")]
    public async Task<JsonElement> PushAsync(JsonElement value, string key)
    {
        await counters.ListRightPushAsync(key, value.GetRawText());
        return value;
    }

    [CeleryTask("interop.on_error")]
    public async Task NoteErrorAsync(TaskFailure failure, string key) => await counters.ListRightPushAsync(key, $"{failure.TaskId} {failure.Error?.Message}");

    /// <summary>One that Python does not have.</summary>
    [CeleryTask("interop.on_error_here")]
    public Task NoteErrorHereAsync(TaskFailure failure, string key) => NoteErrorAsync(failure, key);

    [CeleryTask("interop.replace")]
    public static async Task<JsonElement> ReplaceAsync(string how, long x, long y, TaskContext task)
    {
        Signature<long> Plus(params long[] numbers) => new("interop.add", [.. numbers.Select(TaskValue.Of)], options: new SendOptions { Queue = task.RoutingKey });
        await task.ReplaceAsync(how switch
        {
            "call" => Plus(x, y),
            "chain" => Canvas.Chain(Plus(x, y), Plus(1)),
            "group" => (Signature)Canvas.Group(Plus(x, y), Plus(y, y)),
            _ => Canvas.Chain(Canvas.Group(Plus(x, y), Plus(y, y)), new Signature<long>("interop.tsum", [], options: new SendOptions { Queue = task.RoutingKey })),
        });
        return default;
    }

    [CeleryTask("interop.ignored", IgnoreResult = true)]
    public static JsonElement Ignored(JsonElement value) => value;

    [CeleryTask("interop.who")]
    public async Task<string> WhoAsync(string key, int number, TaskContext task)
    {
        await counters.HashIncrementAsync(key, number);
        return task.Hostname;
    }
}

/// <summary>What <see cref="InteropTasks.Tell"/> tells monitors.</summary>
public sealed record Told(string Text, int Done);

/// <summary>How far <see cref="InteropTasks.StepsAsync"/> is.</summary>
public sealed record Steps(int Done, int Total);

/// <summary>What <see cref="InteropTasks.Request"/> returns.</summary>
public sealed record SeenRequest(
    string Id, string RootId, string? ParentId, int? Priority, string? Origin, Dictionary<string, JsonElement> Headers);

/// <summary>An exception Python does not know.</summary>
public sealed class OutOfPaperException(string message) : Exception(message);

/// <summary>An exception with a Python class of its own.</summary>
[PythonException("KeyError")]
public sealed class MissingKeyException(string message) : Exception(message);

/// <summary>An exception with a Python class of its own, made of more than a message.</summary>
[PythonException("Shop.OutOfStock", Module = "app")]
public sealed class OutOfStockException(string article, int? number) : Exception($"There is not enough of {article}."), IPythonException
{
    public IReadOnlyList<object?> Arguments => [article, number, new[] { 1.5, 2 }];
}
