using CeleryNet.TestKit;

namespace CeleryNet.Contract.Tests.TestKit;

public sealed class ChildProcessTests
{
    [Fact]
    public async Task Python_program_is_started_read_written_to_and_stopped()
    {
        using var directory = new TestDirectory();
        await File.WriteAllTextAsync(
            directory["echo.py"],
            """
            import signal, sys, celery
            signal.signal(signal.SIGTERM, lambda *_: (print("bye"), sys.exit(3)))
            print("ready", sys.argv[1])
            for line in sys.stdin:
                print("got", line.strip())
            """,
            TestContext.Current.CancellationToken);
        await using var python = PythonProcess.StartScript(directory["echo.py"], ["žluť"]);

        (await python.WaitForLineAsync("ready")).ShouldBe("ready žluť");
        await python.WriteLineAsync("hello");
        await python.WaitForLineAsync("got hello");

        (await python.StopAsync()).ShouldBe(3);
        python.Lines[^1].ShouldBe("bye");
    }

    [Fact]
    public async Task Killed_program_takes_its_children_along()
    {
        await using var shell = ChildProcess.Start("sh", ["-c", "sleep 1000 & echo started; wait"]);
        await shell.WaitForLineAsync("started");

        await shell.KillAsync();

        // Its output has ended, which it would not have while a child still held it.
        shell.HasExited.ShouldBeTrue();
        shell.ExitCode.ShouldBe(128 + 9);
    }

    [Fact]
    public async Task Line_that_never_comes_fails_with_what_the_program_wrote()
    {
        await using var shell = ChildProcess.Start("sh", ["-c", "echo oops >&2; exit 4"]);

        var error = await Should.ThrowAsync<TimeoutException>(() => shell.WaitForLineAsync("ready"));

        error.Message.ShouldContain("to write 'ready'; it ended with 4");
        error.Message.ShouldContain("oops");
    }
}
