using CeleryNet.Routing;

namespace CeleryNet.Tests.Routing;

public sealed class TaskRouterTests
{
    private static readonly TaskRouter _router = new("house");

    [Fact]
    public void Call_that_names_nothing_goes_to_the_default_queue()
        => ShouldGoToQueue(_router.Route(SendOptions.Default), "house");

    [Fact]
    public void Call_that_names_a_queue_goes_there_through_the_default_exchange()
        => ShouldGoToQueue(_router.Route(new SendOptions { Queue = "math" }), "math");

    [Fact]
    public void Exchange_and_routing_key_are_taken_as_they_are_and_nothing_is_declared()
        => _router.Route(new SendOptions { Exchange = "post", RoutingKey = "letter.a", Queue = "ignored" }).ShouldBe(new Destination("post", "letter.a"));

    [Fact]
    public void Routing_key_alone_names_a_queue_that_others_declare()
        => _router.Route(new SendOptions { RoutingKey = "theirs" }).ShouldBe(new Destination("", "theirs"));

    [Fact]
    public void Exchange_alone_says_nothing()
        => ShouldGoToQueue(_router.Route(new SendOptions { Exchange = "post", Queue = "math" }), "math");

    private static void ShouldGoToQueue(Destination destination, string queue)
    {
        destination.Exchange.ShouldBe("");
        destination.RoutingKey.ShouldBe(queue);
        destination.Mandatory.ShouldBeTrue();

        // As a Celery worker with task_create_missing_queues declares it.
        var declared = destination.Declare.ShouldNotBeNull();
        declared.Name.ShouldBe(queue);
        declared.RoutingKey.ShouldBe(queue);
        declared.Exchange.ShouldBe(new ExchangeSpec(queue, "direct") { Durable = true, AutoDelete = false });
        declared.Durable.ShouldBeTrue();
        declared.AutoDelete.ShouldBeFalse();
        declared.Exclusive.ShouldBeFalse();
        declared.Arguments.ShouldBeEmpty();
    }
}
