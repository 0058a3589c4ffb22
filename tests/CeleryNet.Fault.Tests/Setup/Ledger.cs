using System.Collections.Concurrent;
using System.Text.Json;
using CeleryNet.TestKit;

namespace CeleryNet.Fault.Tests.Setup;

/// <summary>What was sent, and what came of it: every send that returned must end with a result.</summary>
internal sealed class Ledger(ICeleryClient client, string queue)
{
    private readonly ConcurrentQueue<AsyncResult<JsonElement>> _confirmed = new();
    private readonly ConcurrentQueue<CeleryException> _refused = new();

    /// <summary>Sends that returned.</summary>
    public int Confirmed => _confirmed.Count;

    /// <summary>Sends that threw: their messages may have arrived or not.</summary>
    public int Refused => _refused.Count;

    /// <summary>Fires for each send that threw.</summary>
    public TestSignal<CeleryException> RefusedSend { get; } = new();

    /// <summary>Fires for each send that returned.</summary>
    public TestSignal ConfirmedSend { get; } = new();

    /// <summary>Sends calls of <c>tasks.sleep</c>, all of which the broker must take.</summary>
    public Task SendAsync(int count, double seconds) => Task.WhenAll(Enumerable.Range(0, count).Select(async _ => Confirm(await SendOneAsync(seconds))));

    /// <summary>Sends at a steady rate, whatever happens to the broker, until told to stop. Returns when each send has returned or thrown.</summary>
    public async Task KeepSendingAsync(double seconds, CancellationToken stopping)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        var sends = new List<Task>();
        while (!stopping.IsCancellationRequested)
        {
            sends.Add(TrySendAsync(seconds));
            await pace.WaitForNextTickAsync(CancellationToken.None);
        }

        await Task.WhenAll(sends);
    }

    /// <summary>Waits for the end of one more call, sent now.</summary>
    public async Task RoundTripAsync(string what, TimeSpan? bound = null)
    {
        var sent = await SendOneAsync(0.001).WithinBound($"the send {what}", bound);
        Confirm(sent);
        await sent.GetAsync().WithinBound($"the result {what}", bound);
    }

    /// <summary>Waits until each confirmed call has ended, and fails unless all have succeeded.</summary>
    /// <param name="bound">The longest wait for all of them.</param>
    /// <param name="describe">What to add to the message of a failure.</param>
    public async Task ShouldAllSucceedAsync(TimeSpan bound, Func<Task<string>> describe)
    {
        using var deadline = new CancellationTokenSource(bound);
        var sent = _confirmed.ToArray();
        var failures = (await Task.WhenAll(sent.Select(result => FindFailureAsync(result, deadline.Token)))).OfType<string>().ToList();
        if (failures.Count > 0)
        {
            Assert.Fail(FormattableString.Invariant(
                $"{failures.Count} of {sent.Length} confirmed calls have no success within {bound}:\n{string.Join('\n', failures.Take(10))}\n{await describe()}"));
        }
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

    private async Task TrySendAsync(double seconds)
    {
        try
        {
            Confirm(await SendOneAsync(seconds));
        }
        catch (CeleryException error)
        {
            _refused.Enqueue(error);
            RefusedSend.Fire(error);
        }
    }

    private void Confirm(AsyncResult<JsonElement> sent)
    {
        _confirmed.Enqueue(sent);
        ConfirmedSend.Fire();
    }

    private Task<AsyncResult<JsonElement>> SendOneAsync(double seconds)
        => client.SendTaskAsync("tasks.sleep", [seconds], options: new SendOptions { Queue = queue });
}
