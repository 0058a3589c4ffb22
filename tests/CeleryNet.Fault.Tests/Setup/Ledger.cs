using System.Collections.Concurrent;
using System.Text.Json;
using CeleryNet.Fault.Worker;
using CeleryNet.TestKit;

namespace CeleryNet.Fault.Tests.Setup;

/// <summary>What was sent, and what came of it: every send that returned must be executed and have a result.</summary>
/// <param name="client">Sends.</param>
/// <param name="queue">Where to.</param>
/// <param name="runs">The directory of the workers' <see cref="RunLog"/>.</param>
internal sealed class Ledger(ICeleryClient client, string queue, string runs)
{
    private readonly ConcurrentQueue<AsyncResult<JsonElement>> _confirmed = new();
    private readonly ConcurrentQueue<string> _refused = new();
    private int _results;

    /// <summary>Sends that returned.</summary>
    public int Confirmed => _confirmed.Count;

    /// <summary>Fires for each send that threw.</summary>
    public TestSignal<CeleryException> RefusedSend { get; } = new();

    /// <summary>Fires for each send that returned.</summary>
    public TestSignal ConfirmedSend { get; } = new();

    /// <summary>Sends calls, all of which the broker must take.</summary>
    public Task SendAsync(int count, TaskCall call) => Task.WhenAll(Enumerable.Range(0, count).Select(_ => SendOneAsync(call)));

    /// <summary>Sends one call as two messages with the same id.</summary>
    public async Task SendTwiceAsync(TaskCall call)
    {
        var sent = await SendOneAsync(call);
        await call.SendAsync(client, sent.Id, queue);
    }

    /// <summary>Sends calls, which the broker may take or not.</summary>
    public Task TrySendAsync(int count, TaskCall call) => Task.WhenAll(Enumerable.Range(0, count).Select(_ => TrySendOneAsync(call)));

    /// <summary>Sends at a steady rate, whatever happens to the broker, until told to stop. Returns when each send has returned or thrown.</summary>
    public async Task KeepSendingAsync(TaskCall call, CancellationToken stopping)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        var sends = new List<Task>();
        while (!stopping.IsCancellationRequested)
        {
            sends.Add(TrySendOneAsync(call));
            await pace.WaitForNextTickAsync(CancellationToken.None);
        }

        await Task.WhenAll(sends);
    }

    /// <summary>Waits for the end of one more call. Sends that are refused are tried again, as somebody would who wants the call to be made.</summary>
    public async Task RoundTripAsync(string what, TimeSpan? bound = null)
    {
        using var deadline = new CancellationTokenSource(bound ?? Bound.Default);
        var call = TaskCall.Work(0.001);
        AsyncResult<JsonElement>? sent;
        do
        {
            sent = await TrySendOneAsync(call).WithinBound($"the send {what}", bound);
        }
        while (sent is null && !deadline.IsCancellationRequested);

        sent.ShouldNotBeNull($"No send {what} was confirmed.");
        await sent.GetAsync().WithinBound($"the result {what}", bound);
    }

    /// <summary>Waits until each confirmed call has ended.</summary>
    /// <param name="bound">The longest wait for all of them.</param>
    /// <returns>One line for each that has not succeeded.</returns>
    public async Task<IReadOnlyList<string>> WaitForResultsAsync(TimeSpan bound)
    {
        using var deadline = new CancellationTokenSource(bound);
        var sent = _confirmed.ToArray();
        var failures = (await Task.WhenAll(sent.Select(result => FindFailureAsync(result, deadline.Token)))).OfType<string>().ToList();
        _results = sent.Length - failures.Count;
        return failures;
    }

    /// <summary>Compares what was sent with what the tasks say of themselves.</summary>
    public Tally Count()
    {
        var log = RunLog.Read(runs);
        string[] confirmed = [.. _confirmed.Select(sent => sent.Id.Value)];
        string[] all = [.. confirmed, .. _refused];
        return new Tally
        {
            Confirmed = confirmed.Length,
            Refused = _refused.Count,
            Executed = confirmed.Count(log.Finished.ContainsKey),
            ExecutedThoughRefused = _refused.Count(log.Finished.ContainsKey),
            Duplicates = all.Sum(id => Math.Max(0, log.Finished.GetValueOrDefault(id) - 1)),
            Early = all.Sum(id => log.Early.GetValueOrDefault(id)),
            Results = _results,
        };
    }

    /// <summary>Of the calls with these ids those whose send returned and which were never executed.</summary>
    public IReadOnlyList<string> StillToBeDone(IReadOnlyList<string> ids)
    {
        var log = RunLog.Read(runs);
        return [.. ids.Where(id => !log.Finished.ContainsKey(id) && !_refused.Contains(id))];
    }

    private static async Task<string?> FindFailureAsync(AsyncResult<JsonElement> result, CancellationToken deadline)
    {
        try
        {
            await result.WaitAsync(cancellationToken: deadline);
            return null;
        }
        catch (Exception error) when (error is CeleryException or OperationCanceledException)
        {
            return $"{result.Id}: {error.Message}";
        }
    }

    private async Task<AsyncResult<JsonElement>?> TrySendOneAsync(TaskCall call)
    {
        var id = TaskId.New();
        try
        {
            return await SendOneAsync(call, id);
        }
        catch (CeleryException error)
        {
            _refused.Enqueue(id.Value);
            RefusedSend.Fire(error);
            return null;
        }
    }

    private Task<AsyncResult<JsonElement>> SendOneAsync(TaskCall call) => SendOneAsync(call, TaskId.New());

    private async Task<AsyncResult<JsonElement>> SendOneAsync(TaskCall call, TaskId id)
    {
        var sent = await call.SendAsync(client, id, queue);
        _confirmed.Enqueue(sent);
        ConfirmedSend.Fire();
        return sent;
    }
}
