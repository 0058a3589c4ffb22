using CeleryNet.Routing;
using CeleryNet.Worker;

namespace CeleryNet.Tests.Worker;

/// <summary>Which queues a worker begins with.</summary>
public sealed class QueueSelectionTests
{
    private static readonly CeleryOptions _application = new()
    {
        Queues = [new CeleryQueue("fast"), new CeleryQueue("slow") { Alias = "batch" }, new CeleryQueue("mail")],
    };

    [Fact]
    public void Without_any_it_has_all_of_the_application()
        => Select(new WorkerOptions()).ShouldBe(["fast", "slow", "mail"]);

    [Fact]
    public void Those_that_are_named_are_taken_once_each_by_name_or_alias()
        => Select(new WorkerOptions { Queues = ["batch", "fast", "slow"] }).ShouldBe(["slow", "fast"]);

    [Fact]
    public void Those_that_are_excluded_by_name_or_alias_are_left_out()
        => Select(new WorkerOptions { ExcludeQueues = ["batch", "mail"] }).ShouldBe(["fast"]);

    [Fact]
    public void Excluding_goes_after_naming()
        => Select(new WorkerOptions { Queues = ["fast", "slow"], ExcludeQueues = ["slow"] }).ShouldBe(["fast"]);

    [Theory]
    [InlineData("wrong")]
    [InlineData("mail")]
    public void Excluding_what_would_not_be_consumed_is_an_error(string name)
        => Should.Throw<CeleryConfigurationException>(() => Select(new WorkerOptions { Queues = ["fast", "slow"], ExcludeQueues = [name] }))
            .Message.ShouldBe($"ExcludeQueues has '{name}', which would not be consumed anyway; what would: fast, slow.");

    [Fact]
    public void Excluding_everything_is_an_error()
        => Should.Throw<CeleryConfigurationException>(() => Select(new WorkerOptions { Queues = ["fast"], ExcludeQueues = ["fast"] }))
            .Message.ShouldBe("ExcludeQueues leaves no queue to consume: it has all of fast.");

    [Fact]
    public void A_worker_that_is_sent_to_directly_has_a_queue_of_its_own_as_Celery_declares_it()
    {
        var queue = QueueSelection.Select(new QueueCatalog(new CeleryOptions()), new WorkerOptions { WorkerDirect = true }, "w1@host")[^1];

        (queue.Name, queue.Exchange.Name, queue.Exchange.Type, queue.RoutingKey).ShouldBe(("w1@host.dq2", "C.dq2", "direct", "w1@host"));
        (queue.Durable, queue.AutoDelete, queue.Exclusive, queue.Exchange.Durable, queue.Arguments.Count).ShouldBe((true, false, false, true, 0));
    }

    private static List<string> Select(WorkerOptions options)
        => [.. QueueSelection.Select(new QueueCatalog(_application), options, "celery@test").Select(queue => queue.Name)];
}
