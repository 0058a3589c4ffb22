using System.Numerics;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.TestKit;
using CeleryNet.Transports;

namespace CeleryNet.Tests.Worker;

/// <summary>What is stored where all of it cannot be: whoever waits learns how the task ended, and the message is done with.</summary>
public sealed class UnwritableResultTests
{
    private const int MaxSize = 4096;

    [Theory]
    [InlineData(false, "a complex number has no form")]
    [InlineData(true, "the body takes ")]
    public async Task A_value_that_cannot_be_written_is_the_tasks_failure(bool isLarge, string reason)
    {
        await using var harness = await StartAsync(new TaskDefinition(
            "odd", [], _ => new(isLarge ? TaskValue.Of(new string('x', MaxSize)) : TaskValue.Of(new Complex(1, 2))))
        { AcksLate = true });

        var failure = await harness.RunAsync("odd");

        var info = ExceptionInfo.Read(failure);
        failure.State.ShouldBe(TaskState.Failure);
        (info.Type, info.Module).ShouldBe(("EncodeError", "kombu.exceptions"));
        info.Message.ShouldStartWith($"The SUCCESS of task {failure.TaskId} cannot be stored: ");
        info.Message.ShouldContain(reason);
        (await harness.SettledAsync()).ShouldBe(SettlementKind.Ack);
    }

    [Fact]
    public async Task An_exception_whose_arguments_cannot_be_written_is_stored_with_their_texts()
    {
        await using var harness = await StartAsync(new TaskDefinition("fail", [], _ => throw new OddException(new Complex(1, 2))) { AcksLate = true });

        var failure = await harness.RunAsync("fail");

        var info = ExceptionInfo.Read(failure);
        (info.Type, info.Module, info.Message).ShouldBe(("Odd", "shop.errors", "('(1+2j)', 'x')"));
        failure.Traceback.ShouldNotBeNull().ShouldContain(nameof(OddException));
        (await harness.SettledAsync()).ShouldBe(SettlementKind.Ack);
    }

    [Fact]
    public async Task An_exception_that_is_too_large_is_stored_with_the_beginning_of_its_text()
    {
        await using var harness = await StartAsync(new TaskDefinition("fail", [], _ => throw new ArgumentException(new string('x', MaxSize))) { AcksLate = true });

        var failure = await harness.RunAsync("fail");

        var info = ExceptionInfo.Read(failure);
        info.Type.ShouldBe("ValueError");
        info.Message.ShouldBe(new string('x', 100) + "…");
        failure.Traceback.ShouldBeNull();
        (await harness.SettledAsync()).ShouldBe(SettlementKind.Ack);
        harness.Log.Lines.ShouldContain(line => line.ToString().Contains("is stored in a simpler form: The FAILURE of task"));
    }

    [Fact]
    public async Task Arguments_that_cannot_be_stored_beside_a_result_do_not_cost_the_result()
    {
        await using var harness = await StartAsync(new TaskDefinition("one", [], _ => new(TaskValue.Of(1))) { AcksLate = true, TrackStarted = true });

        var result = await harness.RunAsync(MessageFactory.Task("one", $"[\"{new string('x', MaxSize)}\"]", """{"a": 1}"""));

        result.State.ShouldBe(TaskState.Success);
        result.ReadResult().GetInt32().ShouldBe(1);
        var extension = result.Extension.ShouldNotBeNull();
        (extension.Name, extension.Args.IsEmpty, extension.Kwargs.IsEmpty).ShouldBe(("one", true, true));
        (await harness.SettledAsync()).ShouldBe(SettlementKind.Ack);
    }

    [Fact]
    public async Task The_end_of_an_expired_task_is_stored_without_arguments_that_cannot_be()
    {
        await using var harness = await StartAsync(new TaskDefinition("one", [], _ => new(TaskValue.Of(1))));

        var result = await harness.RunAsync(MessageFactory.Task(
            "one", $"[\"{new string('x', MaxSize)}\"]", headers: headers => headers.Set("expires", "2000-01-01T00:00:00+00:00")));

        result.State.ShouldBe(TaskState.Revoked);
        (await harness.SettledAsync()).ShouldBe(SettlementKind.Ack);
    }

    [Fact]
    public async Task A_state_of_the_tasks_own_that_cannot_be_written_is_the_tasks_to_handle()
    {
        var thrown = new TestSignal<Exception>();
        await using var harness = await StartAsync(new TaskDefinition("work", [], async invocation =>
        {
            thrown.Fire(await Should.ThrowAsync<CelerySerializationException>(async () => await invocation.Context.UpdateStateAsync("PROGRESS", new Complex(1, 2))));
            return TaskValue.Of("done");
        }));

        var result = await harness.RunAsync("work");

        (await thrown.WaitAsync("the error")).Message.ShouldStartWith($"The PROGRESS of task {result.TaskId} cannot be stored: ");
        result.ReadResult().GetString().ShouldBe("done");
    }

    private static async Task<WorkerHarness> StartAsync(TaskDefinition task)
    {
        var harness = new WorkerHarness([task], application: new CeleryOptions { ResultExtended = true }, backend: new EncodingBackend(MaxSize));
        await harness.StartAsync();
        return harness;
    }

    [PythonException("Odd", Module = "shop.errors")]
    private sealed class OddException(Complex number) : Exception("odd"), IPythonException
    {
        public IReadOnlyList<object?> Arguments => [number, "x"];
    }
}
