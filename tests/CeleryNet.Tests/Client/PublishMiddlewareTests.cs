using System.Text;
using System.Text.Json;
using CeleryNet.Client;
using CeleryNet.Control;
using CeleryNet.Extensibility;
using CeleryNet.Results;
using CeleryNet.Routing;
using CeleryNet.Serialization;
using CeleryNet.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace CeleryNet.Tests.Client;

/// <summary>What stands around the calls of a client.</summary>
public sealed class PublishMiddlewareTests : IDisposable
{
    private readonly CancellationTokenSource _bound = new(Bound.Default);
    private readonly List<string> _steps = [];

    private CancellationToken Token => _bound.Token;

    public void Dispose() => _bound.Dispose();

    [Fact]
    public async Task First_middleware_added_is_the_outermost()
    {
        await using var setup = new ClientSetup(middleware: [Noting("outer"), Noting("inner")]);

        await setup.Client.SendTaskAsync("tasks.add", [1], cancellationToken: Token);

        _steps.ShouldBe(["outer before", "inner before", "inner after", "outer after"]);
    }

    [Fact]
    public async Task Middleware_sees_the_call_as_its_sender_made_it()
    {
        PublishContext? seen = null;
        await using var setup = new ClientSetup(middleware: new Around((context, next, token) =>
        {
            seen = context;
            return next(context, token);
        }));

        var result = await setup.Client.SendTaskAsync("tasks.add", [1, "a"], new() { ["z"] = true }, new SendOptions { Priority = 3 }, Token);

        var context = seen.ShouldNotBeNull();
        (context.Id, context.TaskName, context.IsRetry, context.Options.Priority).ShouldBe((result.Id, "tasks.add", false, 3));
        context.Args.Select(arg => arg.AsObject()).ShouldBe([1, "a"]);
        context.Kwargs.ShouldHaveSingleItem().Key.ShouldBe("z");
    }

    [Fact]
    public async Task What_a_middleware_passes_on_is_what_is_sent()
    {
        await using var setup = new ClientSetup(middleware: new Around((context, next, token) => next(
            context.WithHeader("tenant", "ac\"me") with
            {
                TaskName = "tasks.other",
                Args = [TaskValue.Of(7)],
                Kwargs = [KeyValuePair.Create("y", TaskValue.Of(8))],
            },
            token)));

        var result = await setup.Client.SendTaskAsync("tasks.add", [1], options: new SendOptions { Headers = Headers("own", "1") }, cancellationToken: Token);

        var message = await setup.ReadAsync();
        (message.Headers.TaskName, message.Headers.Id).ShouldBe(("tasks.other", result.Id));
        (Encoding.UTF8.GetString(message.Body.Args.Span), Encoding.UTF8.GetString(message.Body.Kwargs.Span)).ShouldBe(("[7]", """{"y":8}"""));
        (message.Envelope.Headers.GetString("tenant"), message.Envelope.Headers.GetString("own")).ShouldBe(("ac\"me", "1"));
    }

    [Fact]
    public async Task Queue_that_a_middleware_chooses_is_where_the_message_goes()
    {
        await using var setup = new ClientSetup(
            middleware: new Around((context, next, token) => next(context with { Options = context.Options with { Queue = "slow" } }, token)));

        var result = await setup.Client.SendTaskAsync("tasks.add", [1], cancellationToken: Token);

        (await setup.ReadAsync("slow")).Headers.Id.ShouldBe(result.Id);
    }

    [Fact]
    public async Task Id_of_a_call_stays_what_it_is()
    {
        await using var setup = new ClientSetup(middleware: new Around((context, next, token) => next(
            context with { Id = new TaskId("other"), Options = context.Options with { TaskId = new TaskId("third") } }, token)));

        var result = await setup.Client.SendTaskAsync("tasks.add", options: new SendOptions { TaskId = new TaskId("mine") }, cancellationToken: Token);

        result.Id.ShouldBe(new TaskId("mine"));
        (await setup.ReadAsync()).Headers.Id.ShouldBe(new TaskId("mine"));
    }

    [Fact]
    public async Task What_a_middleware_throws_is_the_senders_and_nothing_is_sent()
    {
        var sent = new Around((_, _, _) => throw new InvalidOperationException("not today"));
        await using var setup = new ClientSetup(middleware: [sent, Noting("inner")]);

        (await Should.ThrowAsync<InvalidOperationException>(() => setup.Client.SendTaskAsync("tasks.add", cancellationToken: Token))).Message.ShouldBe("not today");

        _steps.ShouldBeEmpty();
    }

    [Fact]
    public async Task Middleware_that_neither_passes_a_call_on_nor_throws_is_an_error_that_names_it()
    {
        await using var setup = new ClientSetup(middleware: [Noting("outer"), new Swallowing()]);

        (await Should.ThrowAsync<PublishException>(() => setup.Client.SendTaskAsync("tasks.add", cancellationToken: Token))).Message.ShouldBe(
            "CeleryNet.Tests.Client.PublishMiddlewareTests+Swallowing did not pass the call of task 'tasks.add' on; a publish middleware must call next, or throw to stop a message.");
    }

    [Fact]
    public async Task Middleware_sees_what_the_send_throws_and_may_send_again()
    {
        var transport = new ScriptedTransport((attempt, _) => attempt == 1 ? throw new PublishException("No queue takes it.") : ValueTask.CompletedTask);
        var client = Client(transport, new PublishPipeline([new Around(async (context, next, token) =>
        {
            await Should.ThrowAsync<PublishException>(async () => await next(context, token));
            await next(context, token);
        })]));

        await client.SendTaskAsync("tasks.add", cancellationToken: Token);

        transport.Attempts.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Failure_that_a_middleware_keeps_to_itself_is_the_senders_all_the_same()
    {
        var failure = new PublishException("No queue takes it.");
        var client = Client(new ScriptedTransport((_, _) => throw failure), new PublishPipeline([new Around(async (context, next, token) =>
        {
            try
            {
                await next(context, token);
            }
            catch (PublishException)
            {
                // Noted somewhere.
            }
        })]));

        (await Should.ThrowAsync<PublishException>(() => client.SendTaskAsync("tasks.add", cancellationToken: Token))).ShouldBeSameAs(failure);
    }

    [Fact]
    public async Task Middleware_that_does_not_wait_for_the_send_is_an_error_that_names_it()
    {
        var forever = new TaskCompletionSource();
        var client = Client(new ScriptedTransport((_, _) => new ValueTask(forever.Task)), new PublishPipeline([new Around((context, next, token) =>
        {
            _ = next(context, token).AsTask();
            return ValueTask.CompletedTask;
        })]));

        (await Should.ThrowAsync<PublishException>(() => client.SendTaskAsync("tasks.add", cancellationToken: Token))).Message.ShouldBe(
            "The call of task 'tasks.add' may not have been sent: a publish middleware did not wait for next. One that calls it must await it.");
        forever.SetResult();
    }

    [Fact]
    public async Task Middleware_gets_the_callers_token()
    {
        CancellationToken seen = default;
        await using var setup = new ClientSetup(middleware: new Around((context, next, token) =>
        {
            seen = token;
            return next(context, token);
        }));

        await setup.Client.SendTaskAsync("tasks.add", cancellationToken: Token);

        seen.ShouldBe(Token);
    }

    [Fact]
    public async Task Options_that_a_middleware_breaks_are_an_error_of_the_call()
    {
        await using var setup = new ClientSetup(
            middleware: new Around((context, next, token) => next(context with { Options = context.Options with { Priority = 256 } }, token)));

        (await Should.ThrowAsync<ArgumentException>(() => setup.Client.SendTaskAsync("tasks.add", cancellationToken: Token))).Message.ShouldStartWith("Priority must be 0 to 255, was 256.");
    }

    [Fact]
    public async Task Middleware_is_made_by_the_container_once_and_in_the_order_of_its_registration()
    {
        await using var services = new ServiceCollection()
            .AddSingleton(_steps)
            .AddCelery()
            .AddPublishMiddleware<First>()
            .AddPublishMiddleware<Second>()
            .Services.BuildServiceProvider();
        var client = services.GetRequiredService<ICeleryClient>();

        await client.SendTaskAsync("tasks.add", cancellationToken: Token);
        await client.SendTaskAsync("tasks.add", cancellationToken: Token);

        _steps.ShouldBe(["First made", "Second made", "First", "Second", "First", "Second"], ignoreOrder: false);
    }

    [Fact]
    public void Without_middleware_a_call_allocates_nothing_for_it()
    {
        var transport = new ScriptedTransport((_, _) => ValueTask.CompletedTask);
        var before = Client(transport, null);
        var now = Client(transport, new PublishPipeline([]));
        Measure(before, 300);
        Measure(now, 300);

        // What else the runtime does on this thread comes now and then; the least of several is what the calls take.
        Enumerable.Range(0, 20).Min(_ => Measure(now, 50)).ShouldBe(Enumerable.Range(0, 20).Min(_ => Measure(before, 50)));
    }

    private static CeleryClient Client(ScriptedTransport transport, PublishPipeline? middleware)
    {
        var json = CeleryJson.Complete(null);
        var publisher = new TaskPublisher(transport, TimeSpan.FromSeconds(10), TimeProvider.System);
        return new CeleryClient(
            publisher,
            Content.Writer(json),
            new TaskRouter("celery"),
            ClientSetup.CreateRevokes(publisher, new Mailbox("celery")),
            new ResultAccess(new DisabledResultBackend(), json, TimeSpan.FromDays(1), TimeProvider.System),
            TimeProvider.System,
            new ClientOptions(),
            middleware);
    }

    private long Measure(CeleryClient client, int calls)
    {
        var signature = new Signature("tasks.add", [TaskValue.Of(1)], null, new SendOptions { TaskId = new TaskId("same"), IgnoreResult = true });
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < calls; i++)
        {
            client.SendAsync(signature, Token).IsCompletedSuccessfully.ShouldBeTrue();
        }

        return GC.GetAllocatedBytesForCurrentThread() - allocated;
    }

    private static Dictionary<string, JsonElement> Headers(string name, string value) => new() { [name] = JsonSerializer.SerializeToElement(value) };

    private Around Noting(string name) => new(async (context, next, token) =>
    {
        _steps.Add(name + " before");
        await next(context, token);
        _steps.Add(name + " after");
    });

    private sealed class Around(Func<PublishContext, PublishDelegate, CancellationToken, ValueTask> around) : IPublishMiddleware
    {
        public ValueTask PublishAsync(PublishContext context, PublishDelegate next, CancellationToken cancellationToken) => around(context, next, cancellationToken);
    }

    private sealed class Swallowing : IPublishMiddleware
    {
        public ValueTask PublishAsync(PublishContext context, PublishDelegate next, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }

    private abstract class Named : IPublishMiddleware
    {
        private readonly List<string> _steps;

        protected Named(List<string> steps)
        {
            _steps = steps;
            steps.Add(GetType().Name + " made");
        }

        public ValueTask PublishAsync(PublishContext context, PublishDelegate next, CancellationToken cancellationToken)
        {
            _steps.Add(GetType().Name);
            return next(context, cancellationToken);
        }
    }

    private sealed class First(List<string> steps) : Named(steps);

    private sealed class Second(List<string> steps) : Named(steps);
}
