namespace CeleryNet.Generators.Tests;

/// <summary>Tasks that are called with the failure of another.</summary>
public sealed class ErrorCallbackTests
{
    private const string Source = """
        public static class Tasks
        {
            [CeleryTask("on_error")]
            public static string OnError(string note, TaskFailure failure, CancellationToken token, int times = 1) => $"{note} {failure.TaskId} {times}";

            [CeleryTask("plain")] public static string Plain(string note) => note;

            public static Signature Link() => Tasks.Signatures.OnError("why", 2);
        }
        """;

    private static readonly Lazy<GeneratorRun> _run = new(() => GeneratorHarness.Run(Source));

    [Fact]
    public void A_failure_is_not_among_the_arguments_and_makes_the_task_an_error_callback()
    {
        var callback = _run.Value.Definition("on_error");

        callback.IsErrorCallback.ShouldBeTrue();
        callback.Parameters.Select(parameter => parameter.Name).ShouldBe(["note", "times"]);
        _run.Value.Definition("plain").IsErrorCallback.ShouldBeFalse();
    }

    [Fact]
    public async Task The_failure_is_passed_where_the_method_has_it()
        => (await _run.Value.Definition("on_error").RunAsync("""["why", 2]""", failure: new TaskFailure("failed-1"))).ShouldBe("why failed-1 2");
}
