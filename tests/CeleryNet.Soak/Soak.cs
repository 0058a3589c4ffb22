using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CeleryNet.Soak;

/// <summary>Sends calls in as many batches as there are samples of memory, and takes each sample when its batch has ended.</summary>
internal sealed class Soak(string broker, string results, int tasks, TextWriter output)
{
    public const int Samples = 40;

    // How far the sender may be ahead of the worker.
    private const int Window = 5_000;
    private const int Senders = 32;

    // Calls whose numbers leave this rest are revoked.
    private const int Unwanted = 7;

    // The mean of the last quarter of the samples may be so much larger than that of the second; the first one is warming up.
    private const double Tolerance = 1.05;

    // What a call may take from its sending: it waits behind a window of others.
    private static readonly TimeSpan _stall = TimeSpan.FromMinutes(2);

    private readonly SoakLedger _ledger = new(tasks);
    private readonly string _queue = $"soak-{TaskId.New()}";
    private int _next;

    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton(_ledger);
        builder.Services.AddCelery(celery =>
            {
                celery.Broker = broker;
                celery.ResultBackend = results;
                celery.ResultExpires = TimeSpan.FromMinutes(1);
            })
            .AddTasks<SoakTasks>()
            .AddWorker(worker =>
            {
                worker.Queues = [_queue];
                worker.Concurrency = 32;
                worker.PrefetchMultiplier = 16;

                // So that the worker's memory of them is full, and forgets, from the beginning on.
                worker.RevokesMax = Math.Max(1, tasks / 200);
            });
        using var host = builder.Build();
        await host.StartAsync(cancellationToken);
        await host.Services.GetRequiredService<ICeleryWorker>().WaitUntilReadyAsync(cancellationToken);
        var client = host.Services.GetRequiredService<ICeleryClient>();

        var samples = new List<MemorySample>();
        var started = TimeProvider.System.GetTimestamp();
        for (var batch = 1; batch <= Samples; batch++)
        {
            var end = (int)((long)tasks * batch / Samples);
            await Task.WhenAll(Enumerable.Range(0, Senders).Select(_ => SendAsync(client, end, cancellationToken)));
            await _ledger.WhenEndedAsync(end).WaitAsync(_stall, cancellationToken);
            samples.Add(MemorySample.Take(_ledger.Ended));
            var elapsed = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{samples[^1]}  {elapsed,7:0} s  {_ledger.Ended / elapsed,6:0}/s"));
        }

        await host.StopAsync(CancellationToken.None);
        return await JudgeAsync(samples);
    }

    private async Task SendAsync(ICeleryClient client, int end, CancellationToken cancellationToken)
    {
        while (TryTakeNumber(end, out var number))
        {
            var sent = await SendOneAsync(client, number, cancellationToken);
            if (number % 20 == Unwanted)
            {
                await RevokeAsync(sent, number, cancellationToken);
            }
            else if (number % 50 == 0)
            {
                // Some senders wait for their results, so that waiting is looked at too.
                await sent.WaitAsync(_stall, cancellationToken);
            }

            await _ledger.WhenEndedAsync(number - Window).WaitAsync(_stall, cancellationToken);
        }
    }

    private bool TryTakeNumber(int end, out int number)
    {
        while (true)
        {
            number = Volatile.Read(ref _next);
            if (number >= end)
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref _next, number + 1, number) == number)
            {
                return true;
            }
        }
    }

    private async Task RevokeAsync(AsyncResult<JsonElement> sent, int number, CancellationToken cancellationToken)
    {
        await sent.RevokeAsync(cancellationToken: cancellationToken);
        try
        {
            await sent.WaitAsync(_stall, cancellationToken);
        }
        catch (RemoteTaskException error) when (error.State == TaskState.Revoked)
        {
            _ledger.End(number);
        }
    }

    // Of twenty calls thirteen succeed at once, two fail, two are retried, two wait for their time, one is revoked while it waits.
    private Task<AsyncResult<JsonElement>> SendOneAsync(ICeleryClient client, int number, CancellationToken cancellationToken)
    {
        var options = new SendOptions { Queue = _queue };
        return (number % 20) switch
        {
            1 or 2 => client.SendTaskAsync("soak.fail", [number], options: options, cancellationToken: cancellationToken),
            3 or 4 => client.SendTaskAsync("soak.retry", [number], options: options, cancellationToken: cancellationToken),
            5 or 6 => client.SendTaskAsync(
                "soak.succeed", [number], options: options with { Countdown = TimeSpan.FromMilliseconds(500) }, cancellationToken: cancellationToken),
            Unwanted => client.SendTaskAsync(
                "soak.unwanted", [number], options: options with { Countdown = TimeSpan.FromMinutes(10) }, cancellationToken: cancellationToken),
            _ => client.SendTaskAsync("soak.succeed", [number], options: options, cancellationToken: cancellationToken),
        };
    }

    private async Task<bool> JudgeAsync(List<MemorySample> samples)
    {
        const int Quarter = Samples / 4;
        var second = samples[Quarter..(2 * Quarter)].Average(sample => sample.WorkingSet);
        var last = samples[(3 * Quarter)..].Average(sample => sample.WorkingSet);
        var (heapSecond, heapLast) = (samples[Quarter..(2 * Quarter)].Average(sample => sample.Heap), samples[(3 * Quarter)..].Average(sample => sample.Heap));
        var (lost, flat) = (tasks - _ledger.Ended, last <= second * Tolerance);
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{tasks:N0} tasks, {lost} lost, {_ledger.Duplicates} duplicates; working set in the second quarter {second / 1e6:0.0} MB, in the last {last / 1e6:0.0} MB ({last / second - 1:+0.0%;-0.0%}), heap {heapSecond / 1e6:0.00} MB and {heapLast / 1e6:0.00} MB: {(flat ? "flat" : "NOT flat")}"));
        return flat && lost == 0;
    }
}
