using CeleryNet.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CeleryNet.Tests.Hosting;

/// <summary>Workflows from their composition to their result, with a worker on memory:// and run by their sender.</summary>
public sealed class WorkflowHostTests
{
    private static FlowTasksSignatures S => FlowTasks.Signatures;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Workflow_runs_to_its_end(bool isEager)
    {
        using var host = await StartAsync(isEager);
        var client = host.Services.GetRequiredService<ICeleryClient>();
        var flow = S.Add(1, 1)
            .Then(sum => Canvas.Group(
                S.Add(sum, 1).Then(next => S.Add(next, 10)),
                Canvas.Group(S.Add(sum, 2), S.Add(sum, 3)).Then(sums => S.Total(sums)),
                S.Add(100, 100)))
            .Then(sums => S.Total(sums))
            .Then(total => S.Add(total, 1000));

        var result = await client.SendAsync(flow, Token);

        (await result.GetAsync(Bound.Default, Token)).ShouldBe(13 + 9 + 200 + 1000);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Group_gives_the_results_of_its_members_in_order(bool isEager)
    {
        using var host = await StartAsync(isEager);
        var client = host.Services.GetRequiredService<ICeleryClient>();

        var result = await client.SendAsync(Canvas.Group(Enumerable.Range(0, 100).Select(i => S.Add(i, 1))), Token);

        (await result.JoinAsync(Bound.Default, Token)).ShouldBe(Enumerable.Range(1, 100));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Mapped_task_gives_a_list(bool isEager)
    {
        using var host = await StartAsync(isEager);
        var client = host.Services.GetRequiredService<ICeleryClient>();

        (await (await client.SendAsync(Canvas.Starmap([(1, 2), (3, 4)], pair => S.Add(pair.Item1, pair.Item2)), Token)).GetAsync(Bound.Default, Token)).ShouldBe([3, 7]);
        (await (await client.SendAsync(Canvas.Chunks(Enumerable.Range(0, 5), i => S.Add(i, i), 2).Then(parts => S.Count(parts)), Token)).GetAsync(Bound.Default, Token)).ShouldBe(3);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Failure_ends_the_workflow(bool isEager)
    {
        using var host = await StartAsync(isEager);
        var client = host.Services.GetRequiredService<ICeleryClient>();

        var result = await client.SendAsync(S.Add(1, 1).Then(sum => Canvas.Group(S.Fail(sum), S.Add(sum, 1))).Then(sums => S.Total(sums)).Then(total => S.Add(total, 1)), Token);

        var error = await Should.ThrowAsync<RemoteTaskException>(() => result.GetAsync(Bound.Default, Token));
        error.Message.ShouldContain("broken 2");
    }

    [Fact]
    public async Task Workflow_is_seen_and_revoked_as_one_thing()
    {
        using var host = await StartAsync(isEager: false);
        var client = host.Services.GetRequiredService<ICeleryClient>();
        var flow = S.Add(1, 1).Then(sum => S.Wait(sum)).Then(sum => Canvas.Group(S.Add(sum, 1), S.Add(sum, 2))).Then(sums => S.Total(sums));
        var result = await client.SendAsync(flow, Token);
        var waiting = result.Parent!.Parent!;
        await foreach (var seen in waiting.WatchAsync(Bound.Default, Token))
        {
            if (seen.State == TaskState.Started)
            {
                break;
            }
        }

        (await ShowAsync(result)).ShouldBe("SUCCESS STARTED PENDING PENDING PENDING PENDING");
        await result.RevokeWorkflowAsync(terminate: true, Token);
        (await waiting.WaitForEndAsync(Bound.Default, Token)).State.ShouldBe(TaskState.Revoked);
        (await result.WaitForEndAsync(Bound.Default, Token)).State.ShouldBe(TaskState.Revoked);

        // The first step, the one that waited, the group, its members, and the body.
        (await ShowAsync(result)).ShouldStartWith("SUCCESS REVOKED");
    }

    [Fact]
    public async Task Large_group_and_long_chain_complete()
    {
        using var host = await StartAsync(isEager: false);
        var client = host.Services.GetRequiredService<ICeleryClient>();

        var total = await client.SendAsync(Canvas.Group(Enumerable.Range(0, 1000).Select(i => S.Add(i, 0))).Then(sums => S.Total(sums)), Token);
        var chain = await client.SendAsync(Enumerable.Range(0, 200).Aggregate(S.Add(0, 0), (steps, _) => steps.Then(sum => S.Add(sum, 1))), Token);

        (await total.GetAsync(Bound.Default, Token)).ShouldBe(499_500);
        (await chain.GetAsync(Bound.Default, Token)).ShouldBe(200);
    }

    private static async Task<string> ShowAsync(AsyncResult result)
        => string.Join(' ', (await result.GetWorkflowAsync(Token)).All().Select(node => node.State.Name));

    private static async Task<IHost> StartAsync(bool isEager)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        var celery = builder.Services.AddCelery(options =>
        {
            options.Broker = "memory://";
            options.ResultBackend = "memory://";
            options.AlwaysEager = isEager;
        }).AddTasks(typeof(FlowTasks));
        if (!isEager)
        {
            celery.AddWorker(worker => worker.Concurrency = 8);
        }

        var host = builder.Build();
        await host.StartAsync(Token);
        return host;
    }
}

/// <summary>Tasks to compose.</summary>
public static class FlowTasks
{
    [CeleryTask("flow.add")]
    public static int Add(int x, int y) => x + y;

    [CeleryTask("flow.total")]
    public static int Total(IReadOnlyList<int> numbers) => numbers.Sum();

    [CeleryTask("flow.count")]
    public static int Count(IReadOnlyList<int[]> parts) => parts.Count;

    [CeleryTask("flow.wait", TrackStarted = true)]
    public static async Task<int> WaitAsync(int value, CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.Infinite, cancellationToken);
        return value;
    }

    [CeleryTask("flow.fail")]
    public static int Fail(int value) => throw new InvalidOperationException($"broken {value}");
}
