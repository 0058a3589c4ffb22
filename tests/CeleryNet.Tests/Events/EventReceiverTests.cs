using System.Text;
using CeleryNet.Diagnostics;
using CeleryNet.Events;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Routing;
using CeleryNet.Serialization;
using CeleryNet.TestKit;
using CeleryNet.Tests.Worker;
using CeleryNet.Transports;
using CeleryNet.Transports.Memory;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Tests.Events;

/// <summary>What a program hears that listens to events.</summary>
public sealed class EventReceiverTests : IAsyncDisposable
{
    private static readonly EventExchange _exchange = new("celeryev", IsFanout: false);

    private readonly TestClock _clock = new();
    private readonly RecordingLoggerFactory _loggers = new();
    private readonly LamportClock _logical = new();
    private readonly TestSignal _woken = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly MemoryTransport _broker;
    private readonly EventReceiver _receiver;

    public EventReceiverTests()
    {
        _broker = new MemoryTransport(new TransportOptions([]), _clock, _loggers.CreateLogger<MemoryTransport>());
        var format = new EventFormat(ContentCodec.CreateJson(), new JsonCelerySerializer(typeTags: false));
        _receiver = new EventReceiver(
            _broker,
            new EventQueues(_exchange, "celeryev"),
            new EventReader(format, _logical, _clock),
            _ =>
            {
                _woken.Fire();
                return ValueTask.CompletedTask;
            },
            TimeSpan.FromSeconds(10),
            _clock,
            _loggers.CreateLogger<EventReceiver>());
    }

    [Fact]
    public async Task Events_come_alone_and_in_lists_with_what_all_of_them_tell()
    {
        await using var listening = await ListenAsync("#");
        await PublishAsync("worker.online", """{"type": "worker-online", "hostname": "w1@host", "pid": 7, "clock": 3, "timestamp": 1772600767.25, "freq": 2.0}""");
        await PublishAsync("task.multi", """[{"type": "task-received", "hostname": "w1@host", "uuid": "one", "clock": 41}, {"type": "own", "hostname": "w1@host"}]""");

        var (online, received, own) = (await NextAsync(listening), await NextAsync(listening), await NextAsync(listening));

        (online.Type, online.Group, online.Hostname, online.ProcessId, online.Clock, online.TaskId).ShouldBe(("worker-online", "worker", "w1@host", 7, 3, null));
        online.Timestamp.ShouldBe(new DateTimeOffset(2026, 3, 4, 5, 6, 7, 250, TimeSpan.Zero));
        online.Received.ShouldBe(_clock.GetUtcNow());
        online.Fields.GetProperty("freq").GetDouble().ShouldBe(2);
        (received.Type, received.TaskId, received.Timestamp).ShouldBe(("task-received", new TaskId("one"), null));
        (own.Type, own.Group, own.Clock, own.ProcessId).ShouldBe(("own", "own", 0, null));
        _logical.Value.ShouldBeGreaterThan(41);
        _woken.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_listener_hears_what_it_has_bound_to()
    {
        await using var listening = await ListenAsync("worker.#");
        await PublishAsync("task.multi", """[{"type": "task-received", "hostname": "w1@host"}]""");
        await PublishAsync("worker.elect.ack", """{"type": "worker-elect-ack", "hostname": "w1@host"}""");

        (await NextAsync(listening)).Type.ShouldBe("worker-elect-ack");
    }

    [Theory]
    [InlineData("no JSON")]
    [InlineData("42")]
    [InlineData("""{"hostname": "w1@host"}""")]
    [InlineData("""[{"type": "fine"}, 42]""")]
    [InlineData("""{"type": "\ud800"}""")]
    public async Task What_cannot_be_read_is_passed_over_and_logged(string body)
    {
        await using var listening = await ListenAsync("#");
        await PublishAsync("task.multi", body);
        await PublishAsync("own", """{"type": "own", "hostname": "w1@host"}""");

        (await NextAsync(listening)).Type.ShouldBe("own");
        _loggers.Log.Lines.ShouldHaveSingleItem().EventId.Id.ShouldBe(EventIds.EventUnreadable);
    }

    [Fact]
    public async Task The_logical_time_of_clients_is_not_heeded()
    {
        await using var listening = await ListenAsync("#");
        await PublishAsync("task.sent", """{"type": "task-sent", "hostname": "gen1@host", "clock": 1000000}""");
        await NextAsync(listening);

        _logical.Value.ShouldBeLessThan(1000);
    }

    [Fact]
    public async Task Listening_ends_when_it_is_told_to()
    {
        await using var listening = await ListenAsync("#");
        var next = listening.MoveNextAsync().AsTask();
        await _stopping.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => next.WithinBound("the end"));
    }

    [Fact]
    public async Task A_broker_that_ends_it_is_an_error()
    {
        await using var listening = await ListenAsync("#");
        var next = listening.MoveNextAsync().AsTask();
        await _broker.DisposeAsync();

        await Should.ThrowAsync<BrokerUnavailableException>(() => next.WithinBound("the end"));
    }

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        _loggers.Dispose();
        _stopping.Dispose();
    }

    // It listens once it has heard the first event.
    private async Task<IAsyncEnumerator<CeleryEvent>> ListenAsync(string binding)
    {
        var listening = _receiver.ListenAsync(binding, _stopping.Token).GetAsyncEnumerator(CancellationToken.None);
        var first = listening.MoveNextAsync().AsTask();
        await _woken.WaitAsync("the listener to listen");
        await PublishAsync("worker.first", """{"type": "first", "hostname": ""}""");
        (await first.WithinBound("the first event")).ShouldBeTrue();
        return listening;
    }

    private static async Task<CeleryEvent> NextAsync(IAsyncEnumerator<CeleryEvent> listening)
    {
        (await listening.MoveNextAsync().AsTask().WithinBound("an event")).ShouldBeTrue();
        return listening.Current;
    }

    private async Task PublishAsync(string routingKey, string body) => await _broker.Publisher.PublishAsync(
        new Envelope { Body = Encoding.UTF8.GetBytes(body), ContentType = "application/json", ContentEncoding = "utf-8" },
        new Destination("celeryev", routingKey) { DeclareExchange = _exchange.Spec, Mandatory = false },
        CancellationToken.None);
}
