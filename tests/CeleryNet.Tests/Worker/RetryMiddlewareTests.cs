using System.Text;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace CeleryNet.Tests.Worker;

/// <summary>What stands around the messages that a worker sends for retries.</summary>
public sealed class RetryMiddlewareTests
{
    private readonly TestSignal<PublishContext> _seen = new();
    private Func<PublishContext, PublishContext> _change = context => context;

    [Fact]
    public async Task Retry_goes_through_the_middleware_and_keeps_its_id()
    {
        await using var harness = await StartAsync();

        await harness.RunAsync(MessageFactory.Task("flaky", """["a"]""", id: "task-1"));

        var context = await _seen.WaitAsync();
        (context.Id, context.TaskName, context.IsRetry).ShouldBe((new TaskId("task-1"), "flaky", true));
        context.Args.ShouldHaveSingleItem().AsObject()!.ToString().ShouldBe("a");
    }

    [Fact]
    public async Task Retry_that_is_passed_on_as_it_is_has_its_body_as_it_came()
    {
        await using var harness = await StartAsync();
        var envelope = MessageFactory.Task("flaky", """[ "a" ]""");

        await harness.RunAsync(envelope);

        var again = await harness.Transport.Published.WaitAsync();
        Encoding.UTF8.GetString(again.Envelope.Body.Span).ShouldBe(Encoding.UTF8.GetString(envelope.Body.Span));
    }

    [Fact]
    public async Task Arguments_headers_and_options_that_a_middleware_passes_on_are_those_of_the_next_run()
    {
        _change = context => context.WithHeader("attempt", "second") with { Args = [TaskValue.Of("b")], Options = context.WithHeader("attempt", "second").Options with { Priority = 7 } };
        await using var harness = await StartAsync();

        var result = await harness.RunAsync(MessageFactory.Task("flaky", """["a"]"""));

        result.ReadResult().GetString().ShouldBe("""["b"] second 7""");
        var sent = await harness.Transport.Published.WaitAsync();
        sent.Envelope.Headers.GetString("argsrepr").ShouldBe("('b',)");
    }

    [Fact]
    public async Task Retry_that_a_middleware_stops_is_a_failure_with_its_reason()
    {
        _change = _ => throw new InvalidOperationException("not again");
        await using var harness = await StartAsync();

        var result = await harness.RunAsync(MessageFactory.Task("flaky"));

        result.State.ShouldBe(TaskState.Failure);
        ExceptionInfo.Read(result).Message.ShouldContain("not again");
        harness.Transport.Published.Count.ShouldBe(0);
    }

    private async Task<WorkerHarness> StartAsync()
    {
        var task = new TaskDefinition("flaky", [new TaskParameter("x", "x", true, false)], invocation => invocation.Context.Retries == 0
            ? throw invocation.Context.Retry(TimeSpan.Zero)
            : new(TaskValue.Of($"[\"{invocation.BindArguments().Get(0, "")}\"] {(invocation.Context.Headers.TryGetValue("attempt", out var attempt) ? attempt : "")} {invocation.Context.Priority}")));
        var harness = new WorkerHarness([task], services: services => services.AddSingleton<IPublishMiddleware>(new Changing(this)));
        await harness.StartAsync();
        return harness;
    }

    private sealed class Changing(RetryMiddlewareTests owner) : IPublishMiddleware
    {
        public ValueTask PublishAsync(PublishContext context, PublishDelegate next, CancellationToken cancellationToken)
        {
            owner._seen.Fire(context);
            return next(owner._change(context), cancellationToken);
        }
    }
}
