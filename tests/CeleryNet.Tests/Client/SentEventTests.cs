using CeleryNet.Events;
using CeleryNet.Tests.Worker;

namespace CeleryNet.Tests.Client;

/// <summary>What monitors hear of calls.</summary>
public sealed class SentEventTests
{
    [Fact]
    public async Task A_call_is_told_of_with_the_fields_of_Celery_in_a_message_of_its_own()
    {
        await using var setup = new ClientSetup(events: true);
        await using var listener = await ListenAsync(setup);
        await setup.Client.SendTaskAsync("tasks.add", [1, "it's"], options: new() { TaskId = "one", Countdown = TimeSpan.FromSeconds(10), Shadow = "shown", Retries = 2 }, cancellationToken: TestContext.Current.CancellationToken);

        var message = await listener.NextMessageAsync();

        message.RoutingKey.ShouldBe("task.sent");
        message.Envelope.Headers.Items.ShouldBe([new("hostname", "gen1@host")]);
        message.Body.GetRawText().ShouldBe(
            $$"""{"hostname":"gen1@host","utcoffset":0,"pid":{{Environment.ProcessId}},"clock":1,"uuid":"one","root_id":"one","parent_id":null,"name":"tasks.add","args":"(1, 'it\\'s')","kwargs":"{}","retries":2,"eta":"2026-03-04T05:06:17+00:00","expires":null,"queue":"celery","exchange":"","routing_key":"celery","timestamp":1772600767.0,"type":"task-sent"}""");
    }

    [Fact]
    public async Task A_call_to_an_exchange_tells_its_way()
    {
        await using var setup = new ClientSetup(events: true);
        await using var listener = await ListenAsync(setup);
        await using var queue = await setup.Transport.ConsumeAsync(
            new CeleryNet.Transports.ConsumerRequest([new("news", new("topics", "topic"), "news.#")], 1), CancellationToken.None);
        await setup.Client.SendTaskAsync("tasks.add", options: new() { Exchange = "topics", RoutingKey = "news.new" }, cancellationToken: TestContext.Current.CancellationToken);

        var told = await listener.NextAsync();

        (told.GetProperty("queue").GetString(), told.GetProperty("exchange").GetString(), told.GetProperty("routing_key").GetString()).ShouldBe((null, "topics", "news.new"));
    }

    [Fact]
    public async Task Hidden_arguments_are_not_told()
    {
        await using var setup = new ClientSetup(events: true, hideArguments: true);
        await using var listener = await ListenAsync(setup);
        await setup.Client.SendTaskAsync("tasks.login", ["secret"], cancellationToken: TestContext.Current.CancellationToken);

        (await listener.NextMessageAsync()).Body.GetRawText().ShouldNotContain("secret");
    }

    private static Task<EventListener> ListenAsync(ClientSetup setup) => EventListener.StartAsync(setup.Transport, new EventExchange(EventExchange.DefaultName, IsFanout: false), "#");
}
