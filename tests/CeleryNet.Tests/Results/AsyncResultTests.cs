using System.Text;
using System.Text.Json;
using CeleryNet.Protocol;
using CeleryNet.Results;
using CeleryNet.TestKit;
using CeleryNet.Tests.Client;

namespace CeleryNet.Tests.Results;

public sealed class AsyncResultTests : IDisposable
{
    private static readonly TaskId _id = "id-1";

    // The clock of the client stands still: what waits for it in vain ends by this one.
    private readonly CancellationTokenSource _bound = new(Bound.Default);

    private CancellationToken Token => _bound.Token;

    public void Dispose() => _bound.Dispose();

    [Fact]
    public async Task Result_is_read_once_the_task_has_ended()
    {
        await using var setup = new ClientSetup();
        var waiting = setup.Client.GetResult<int[]>(_id).GetAsync(Token);

        await StoreAsync(setup, TaskState.Started, """{"pid": 1}""");
        await StoreAsync(setup, "PROGRESS", """{"done": 1}""");
        waiting.IsCompleted.ShouldBeFalse();
        await StoreAsync(setup, TaskState.Success, "[1,2]");

        (await waiting.WithinBound("the result")).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task Result_that_is_null_or_missing_is_the_types_null()
    {
        await using var setup = new ClientSetup();
        await StoreAsync(setup, TaskState.Success, "");

        (await setup.Client.GetResult<string?>(_id).GetAsync(Token)).ShouldBeNull();
        (await setup.Client.GetResult<JsonElement>(_id).GetAsync(Token)).ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Theory]
    [InlineData("1e300")]
    [InlineData("\"soon\"")]
    [InlineData("""{"__type__": "timedelta", "__value__": "soon"}""")]
    [InlineData("""{"__type__": "timedelta", "__value__": [9999999999, 0, 0]}""")]
    [InlineData("null")]
    public async Task Result_that_does_not_fit_the_type_is_an_error_that_names_both(string json)
    {
        await using var setup = new ClientSetup();
        await StoreAsync(setup, TaskState.Success, json);

        var error = await Should.ThrowAsync<CelerySerializationException>(() => setup.Client.GetResult<TimeSpan>(_id).GetAsync(Token));

        error.Message.ShouldStartWith("The result of task id-1 cannot be read as System.TimeSpan: ");
    }

    [Fact]
    public async Task What_is_stored_may_be_nested_deeper_than_most()
    {
        await using var setup = new ClientSetup();
        await StoreAsync(setup, TaskState.Success, new string('[', 200) + new string(']', 200));

        (await setup.Client.GetResult<int>(_id).GetInfoAsync(Token)).Info.GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task What_is_stored_and_is_not_json_is_an_error_that_says_so()
    {
        await using var setup = new ClientSetup();
        await StoreAsync(setup, TaskState.Success, "tru");

        (await Should.ThrowAsync<ResultBackendException>(() => setup.Client.GetResult<int>(_id).GetInfoAsync(Token)))
            .Message.ShouldStartWith("What is stored as the result of task id-1 cannot be read: ");
    }

    [Fact]
    public async Task Task_that_does_not_end_in_time_is_an_error_that_names_it_and_may_be_asked_again()
    {
        await using var setup = new ClientSetup();
        var result = setup.Client.GetResult<int>(_id);

        var waiting = result.GetAsync(TimeSpan.FromSeconds(3), Token);
        await StoreAsync(setup, TaskState.Started, "null");
        setup.Clock.Advance(TimeSpan.FromSeconds(3) - TimeSpan.FromTicks(1));
        waiting.IsCompleted.ShouldBeFalse();
        setup.Clock.Advance(TimeSpan.FromTicks(1));

        (await Should.ThrowAsync<ResultTimeoutException>(() => waiting.WithinBound("the timeout"))).Message
            .ShouldBe("Task id-1 has not ended within 00:00:03; it is not revoked by this and may still end.");
        await StoreAsync(setup, TaskState.Success, "5");
        (await result.GetAsync(Token)).ShouldBe(5);
    }

    [Fact]
    public async Task Wait_without_a_timeout_ends_when_results_are_no_longer_kept()
    {
        await using var setup = new ClientSetup();

        var waiting = setup.Client.GetResult<int>(_id).WaitAsync(cancellationToken: Token);
        setup.Clock.Advance(TimeSpan.FromDays(1));

        (await Should.ThrowAsync<ResultTimeoutException>(() => waiting.WithinBound("the timeout"))).Message.ShouldContain("1.00:00:00");
    }

    [Fact]
    public async Task Callers_token_ends_the_wait_as_a_cancellation()
    {
        await using var setup = new ClientSetup();
        using var caller = new CancellationTokenSource();

        var waiting = setup.Client.GetResult<int>(_id).GetAsync(caller.Token);
        await caller.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => waiting.WithinBound("the cancellation"));
    }

    [Theory]
    [InlineData("ValueError", typeof(ArgumentException))]
    [InlineData("KeyError", typeof(KeyNotFoundException))]
    [InlineData("ZeroDivisionError", typeof(DivideByZeroException))]
    [InlineData("RuntimeError", null)]
    public async Task Failure_is_thrown_with_its_counterpart_inside(string type, Type? counterpart)
    {
        await using var setup = new ClientSetup();
        await StoreAsync(setup, TaskState.Failure, $$"""{"exc_type": "{{type}}", "exc_message": ["bad"], "exc_module": "builtins"}""", "Traceback …");

        var error = await Should.ThrowAsync<RemoteTaskException>(() => setup.Client.GetResult<int>(_id).GetAsync(Token));

        error.Message.ShouldBe($"Task id-1 ended in FAILURE: {type}: {(type == "KeyError" ? "'bad'" : "bad")}");
        error.TaskId.ShouldBe(_id);
        error.State.ShouldBe(TaskState.Failure);
        error.Traceback.ShouldBe("Traceback …");
        error.InnerException?.GetType().ShouldBe(counterpart);
        (error.InnerException is null).ShouldBe(counterpart is null);
        await Should.ThrowAsync<RemoteTaskException>(() => setup.Client.GetResult<int>(_id).WaitAsync(cancellationToken: Token));
    }

    [Fact]
    public async Task Revoked_task_is_thrown_as_such()
    {
        await using var setup = new ClientSetup();
        await StoreAsync(setup, TaskState.Revoked, """{"exc_type": "TaskRevokedError", "exc_message": ["expired"], "exc_module": "celery.exceptions"}""");

        var error = await Should.ThrowAsync<RemoteTaskException>(() => setup.Client.GetResult<int>(_id).GetAsync(Token));

        error.State.ShouldBe(TaskState.Revoked);
        error.ExceptionType.ShouldBe("TaskRevokedError");
        error.ExceptionMessage.ShouldBe("expired");
    }

    [Fact]
    public async Task Retry_is_no_end()
    {
        await using var setup = new ClientSetup();
        var waiting = setup.Client.GetResult<int>(_id).GetAsync(Token);

        await StoreAsync(setup, TaskState.Retry, """{"exc_type": "ValueError", "exc_message": ["bad"], "exc_module": "builtins"}""");
        await StoreAsync(setup, TaskState.Success, "1");

        (await waiting.WithinBound("the result")).ShouldBe(1);
    }

    [Fact]
    public async Task Result_of_another_type_is_an_error_that_names_task_and_type()
    {
        await using var setup = new ClientSetup();
        await StoreAsync(setup, TaskState.Success, "\"text\"");

        var error = await Should.ThrowAsync<CelerySerializationException>(() => setup.Client.GetResult<int>(_id).GetAsync(Token));

        error.Message.ShouldStartWith("The result of task id-1 cannot be read as System.Int32: ");
        error.InnerException.ShouldBeOfType<JsonException>();
    }

    [Fact]
    public async Task Without_a_backend_asking_says_what_to_configure()
    {
        await using var setup = new ClientSetup(new DisabledResultBackend());
        var result = await setup.Client.SendTaskAsync<int>("t", cancellationToken: Token);

        foreach (var ask in new Func<Task>[]
        {
            () => result.GetAsync(Token),
            () => result.WaitAsync(cancellationToken: Token),
            () => result.GetStateAsync(Token),
            () => result.GetInfoAsync(Token),
            () => result.ForgetAsync(Token),
        })
        {
            (await Should.ThrowAsync<CeleryConfigurationException>(ask)).Message.ShouldStartWith("No result backend is configured");
        }
    }

    [Fact]
    public async Task Info_is_what_is_stored_with_the_state()
    {
        await using var setup = new ClientSetup();
        var result = setup.Client.GetResult<int>(_id);

        (await result.GetInfoAsync(Token)).State.ShouldBe(TaskState.Pending);
        (await result.GetInfoAsync(Token)).Info.ValueKind.ShouldBe(JsonValueKind.Undefined);
        await StoreAsync(setup, "PROGRESS", """{"done": 3}""");
        var (state, info) = await result.GetInfoAsync(Token);

        state.Name.ShouldBe("PROGRESS");
        info.GetProperty("done").GetInt32().ShouldBe(3);
        (await result.GetStateAsync(Token)).Name.ShouldBe("PROGRESS");
    }

    [Fact]
    public async Task Forgotten_result_is_gone()
    {
        await using var setup = new ClientSetup();
        var result = setup.Client.GetResult<int>(_id);
        await StoreAsync(setup, TaskState.Success, "1");

        await result.ForgetAsync(Token);

        (await result.GetStateAsync(Token)).ShouldBe(TaskState.Pending);
        (await setup.Backend.GetAsync(_id, Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Backend_that_stops_ends_the_wait_with_an_error()
    {
        await using var setup = new ClientSetup();
        var waiting = setup.Client.GetResult<int>(_id).GetAsync(Token);

        await setup.Backend.DisposeAsync();

        (await Should.ThrowAsync<ResultBackendException>(() => waiting.WithinBound("the error"))).Message.ShouldContain("id-1");
    }

    private ValueTask StoreAsync(ClientSetup setup, TaskState state, string result, string? traceback = null)
        => setup.Backend.StoreAsync(new ResultMeta(_id, state) { Result = Encoding.UTF8.GetBytes(result), Traceback = traceback }, default, Token);
}
