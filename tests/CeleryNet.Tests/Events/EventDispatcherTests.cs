using System.Text;
using System.Text.Json;
using CeleryNet.Diagnostics;
using CeleryNet.Events;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Routing;
using CeleryNet.Serialization;
using CeleryNet.TestKit;
using CeleryNet.Tests.Worker;
using CeleryNet.Transports;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Tests.Events;

/// <summary>How events get to the broker, and what becomes of them when they do not.</summary>
public sealed class EventDispatcherTests : IAsyncDisposable
{
    private readonly TestClock _clock = new();
    private readonly RecordingLoggerFactory _loggers = new();
    private readonly GatedBroker _broker = new();
    private readonly EventDispatcher _dispatcher;

    public EventDispatcherTests() => _dispatcher = Create(TimeSpan.Zero);

    [Fact]
    public async Task Events_that_come_while_others_are_sent_go_together_in_their_order()
    {
        Tell("first");
        await _broker.Attempted.WaitAsync();
        for (var i = 0; i < 5; i++)
        {
            Tell($"later {i}");
        }

        _broker.Open();

        (await SentAsync()).ShouldBe("task.multi: first");
        (await SentAsync()).ShouldBe("task.multi: later 0, later 1, later 2, later 3, later 4");
    }

    [Fact]
    public async Task An_event_of_the_worker_has_a_message_of_its_own_and_does_not_overtake()
    {
        Tell("first");
        await _broker.Attempted.WaitAsync();
        Tell("before");
        _dispatcher.Send("worker-elect-ack", "own", Name);
        Tell("after");
        _broker.Open();

        (await SentAsync()).ShouldBe("task.multi: first");
        (await SentAsync()).ShouldBe("task.multi: before");
        (await SentAsync()).ShouldBe("worker.elect.ack: own");
        (await SentAsync()).ShouldBe("task.multi: after");
    }

    [Fact]
    public async Task A_list_has_a_bounded_length()
    {
        Tell("first");
        await _broker.Attempted.WaitAsync();
        for (var i = 0; i < EventQueue.MaxBatch + 1; i++)
        {
            Tell("x");
        }

        _broker.Open();

        await SentAsync();
        (await SentAsync()).Split(',').Length.ShouldBe(EventQueue.MaxBatch);
        (await SentAsync()).ShouldBe("task.multi: x");
    }

    [Fact]
    public async Task After_some_were_sent_others_are_collected_for_a_while()
    {
        await using var dispatcher = Create(TimeSpan.FromMilliseconds(20));
        _broker.Open();
        dispatcher.Collect("task-x", "first", Name);
        (await SentAsync()).ShouldBe("task.multi: first");
        await _clock.WaitForTimerAsync(TimeSpan.FromMilliseconds(20));

        dispatcher.Collect("task-x", "second", Name);
        dispatcher.Collect("task-x", "third", Name);
        _broker.Attempted.Count.ShouldBe(1);
        _clock.Advance(TimeSpan.FromMilliseconds(20));

        (await SentAsync()).ShouldBe("task.multi: second, third");
    }

    [Fact]
    public async Task Events_wait_while_the_broker_is_away_and_come_in_their_order()
    {
        _broker.Fails = new BrokerUnavailableException("It is away.");
        _broker.Open();
        Tell("one");
        await _loggers.Log.WaitForAsync(line => line.EventId.Id == EventIds.EventsDelayed, "the outage to be told");
        Tell("two");
        await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(1));
        _clock.Advance(TimeSpan.FromSeconds(1));
        await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(1));
        Tell("three");
        _broker.Fails = null;
        _clock.Advance(TimeSpan.FromSeconds(1));

        (await SentAsync()).ShouldBe("task.multi: one");
        (await SentAsync()).ShouldBe("task.multi: two, three");
        (await _loggers.Log.WaitForAsync(line => line.EventId.Id == EventIds.EventsResumed, "its end")).Message.ShouldBe("w1@host sends its events again; 0 of them were dropped meanwhile");
        _loggers.Log.Lines.Count(line => line.EventId.Id == EventIds.EventsDelayed).ShouldBe(1);
    }

    [Fact]
    public async Task The_oldest_of_too_many_events_are_dropped_and_counted()
    {
        _broker.Fails = new BrokerUnavailableException("It is away.");
        _broker.Open();
        Tell("first");
        await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(1));
        var size = EventQueue.MaxSize / 64;
        for (var i = 0; i < 70; i++)
        {
            _dispatcher.Send("custom", $"{i:00}{new string('x', size)}", Name);
        }

        _broker.Fails = null;
        _clock.Advance(TimeSpan.FromSeconds(1));

        (await SentAsync()).ShouldBe("task.multi: first");
        var numbers = new List<string>();
        while (numbers.LastOrDefault() != "69")
        {
            numbers.Add((await SentAsync())["custom: ".Length..][..2]);
        }

        numbers.Count.ShouldBe(63);
        numbers.ShouldBe(numbers.Order());
        (await _loggers.Log.WaitForAsync(line => line.EventId.Id == EventIds.EventsResumed, "the end of the outage")).Message.ShouldEndWith("; 7 of them were dropped meanwhile");
    }

    [Fact]
    public async Task What_the_broker_refuses_does_not_hold_up_what_comes_after_it()
    {
        _broker.Fails = new PublishException("Not this one.");
        _broker.Open();
        Tell("bad");
        var line = await _loggers.Log.WaitForAsync(line => line.EventId.Id == EventIds.EventsRefused, "the refusal");
        _broker.Fails = null;
        Tell("good");

        line.Message.ShouldBe("w1@host has dropped a message task.multi with 1 events: Not this one.");
        (await SentAsync()).ShouldBe("task.multi: good");
    }

    [Fact]
    public async Task A_broker_that_does_not_answer_holds_up_nobody_who_tells()
    {
        Tell("first");
        await _broker.Attempted.WaitAsync();

        // Nothing of this waits: the broker has not answered, and does not before they are all there.
        for (var i = 0; i < 10_000; i++)
        {
            Tell("x");
        }

        _broker.Open();

        (await SentAsync()).ShouldBe("task.multi: first");
    }

    [Fact]
    public async Task The_end_sends_what_waits_and_takes_nothing_more()
    {
        Tell("first");
        await _broker.Attempted.WaitAsync();
        Tell("second");
        var closing = _dispatcher.CloseAsync(CancellationToken.None).AsTask();
        Tell("too late");
        _broker.Open();
        await closing.WithinBound("the end");

        (await SentAsync()).ShouldBe("task.multi: first");
        (await SentAsync()).ShouldBe("task.multi: second");
        _broker.Attempted.Count.ShouldBe(2);
    }

    [Fact]
    public async Task The_end_waits_no_longer_for_the_broker_than_it_is_told_and_says_what_is_lost()
    {
        _broker.Fails = new BrokerUnavailableException("It is away.");
        _broker.Open();
        Tell("one");
        await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(1));
        Tell("two");
        Tell("three");
        using var deadline = new CancellationTokenSource();
        var closing = _dispatcher.CloseAsync(deadline.Token).AsTask();
        await deadline.CancelAsync();
        await closing.WithinBound("the end");

        _loggers.Log.Lines[^1].Message.ShouldBe("w1@host has ended before the broker took its last 3 events");
    }

    [Fact]
    public void Fields_that_tell_the_zone_are_those_of_Python()
    {
        EventTime.HoursWest(TimeSpan.FromHours(2)).ShouldBe(-2);
        EventTime.HoursWest(TimeSpan.FromHours(-5)).ShouldBe(5);
        EventTime.HoursWest(TimeSpan.FromHours(5.5)).ShouldBe(-6);
        EventTime.HoursWest(TimeSpan.FromHours(-3.5)).ShouldBe(3);
    }

    [Fact]
    public async Task Nothing_is_made_for_events_of_tasks_that_nobody_wants()
    {
        await using var harness = new WorkerHarness([], new WorkerOptions());
        var events = new CeleryNet.Worker.TaskEvents(harness.Events, new JsonSerializerOptions());
        var request = Requests.Make();
        var outcome = new CeleryNet.Worker.TaskOutcome.Succeeded(TaskValue.Null);
        Tell();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            Tell();
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        void Tell()
        {
            events.Received(request);
            events.Started(request);
            events.Finished(request, outcome, SettlementKind.Ack, TimeSpan.Zero);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _broker.Fails = null;
        _broker.Open();
        await _dispatcher.DisposeAsync();
        _loggers.Dispose();
    }

    private EventDispatcher Create(TimeSpan pause) => new(
        _broker,
        new EventFormat(ContentCodec.CreateJson(), new JsonCelerySerializer(typeTags: false)),
        new EventExchange("celeryev", IsFanout: false),
        new EventSource("w1@host", new LamportClock(), _clock),
        pause,
        _loggers.CreateLogger<EventDispatcher>());

    private static void Name(Utf8JsonWriter writer, string name) => writer.WriteString("name", name);

    private void Tell(string name) => _dispatcher.Collect("task-x", name, Name);

    private async Task<string> SentAsync()
    {
        var (destination, envelope) = await _broker.Sent.WaitAsync("a message");
        destination.Exchange.ShouldBe("celeryev");
        var body = JsonElement.Parse(Encoding.UTF8.GetString(envelope.Body.Span));
        var events = body.ValueKind == JsonValueKind.Array ? body.EnumerateArray().ToArray() : [body];
        return $"{destination.RoutingKey}: {string.Join(", ", events.Select(each => each.GetProperty("name").GetString()))}";
    }

    /// <summary>A broker that takes nothing until it is told to.</summary>
    private sealed class GatedBroker : ITransport, IPublisher
    {
        private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TestSignal Attempted { get; } = new();

        public TestSignal<(Destination Destination, Envelope Envelope)> Sent { get; } = new();

        /// <summary>What an attempt comes to; null when the broker takes the message.</summary>
        public Exception? Fails { get; set; }

        public IPublisher Publisher => this;

        public IDeadLetterStore DeadLetters => throw new NotSupportedException("There are none.");

        public void Open() => _opened.TrySetResult();

        public async ValueTask PublishAsync(Envelope envelope, Destination destination, CancellationToken cancellationToken)
        {
            Attempted.Fire();
            await _opened.Task.WaitAsync(cancellationToken);
            if (Fails is { } failure)
            {
                throw failure;
            }

            Sent.Fire((destination, envelope));
        }

        public ValueTask<IConsumer> ConsumeAsync(ConsumerRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask DeleteQueueAsync(QueueSpec queue, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
