using CeleryNet.Diagnostics;
using CeleryNet.Protocol;
using CeleryNet.TestKit;
using CeleryNet.Worker;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Tests.Worker;

public sealed class RevokedTaskFileTests : IDisposable
{
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(1);

    private readonly TestClock _clock = new();
    private readonly TestDirectory _directory = new();
    private readonly RecordingLoggerFactory _loggers = new();

    private string Path => _directory["worker.state"];

    [Fact]
    public async Task What_was_revoked_is_known_to_the_next_worker()
    {
        var before = Revoked();
        await using (var file = Open(before))
        {
            before.Add([new TaskId("one"), new TaskId("two \"é\" \ud83d\ude00")]);
            before.Add([new Stamp("batch", "b1"), new Stamp("number", 7L), new Stamp("share", 0.5), new Stamp("flag", true)]);
        }

        _clock.Advance(TimeSpan.FromHours(1));
        var after = Revoked();
        await using var again = Open(after);

        after.Ids.ShouldBe(before.Ids);
        after.Stamps.ShouldBe(before.Stamps);
        after.Contains(new TaskHeaders("task", "one")).ShouldBeTrue();
        Lines(EventIds.StateRestored).ShouldHaveSingleItem().Message.ShouldContain(Path);
    }

    [Fact]
    public async Task A_revoke_is_saved_while_the_worker_goes_on()
    {
        var revoked = Revoked();
        await using var file = Open(revoked);

        revoked.Add([new TaskId("one")]);
        await _clock.WaitForTimerAsync(_pause);

        Saved().ShouldBe(["one"]);
    }

    [Fact]
    public async Task Revokes_that_come_close_together_are_saved_together()
    {
        var revoked = Revoked();
        await using var file = Open(revoked);
        revoked.Add([new TaskId("one")]);
        await _clock.WaitForTimerAsync(_pause);

        revoked.Add([new TaskId("two")]);
        revoked.Add([new TaskId("three")]);
        var meanwhile = Saved();
        _clock.Advance(_pause);
        await _clock.WaitForTimerAsync(_pause);

        meanwhile.ShouldBe(["one"]);
        Saved().ShouldBe(["one", "two", "three"]);
    }

    [Fact]
    public async Task What_is_too_old_is_not_kept()
    {
        var revoked = Revoked();
        await using (var file = Open(revoked))
        {
            revoked.Add([new TaskId("old")]);
        }

        _clock.Advance(TimeSpan.FromHours(3));
        var after = Revoked();
        await using var again = Open(after);

        after.Ids.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"format": "something else", "version": 1, "revoked": [], "revoked_stamps": []}""")]
    [InlineData("""{"format": "celerynet-worker-state", "version": 2, "revoked": [], "revoked_stamps": []}""")]
    [InlineData("""{"format": "celerynet-worker-state", "version": 1, "revoked": [["one"]], "revoked_stamps": []}""")]
    [InlineData("""{"format": "celerynet-worker-state", "version": 1, "revoked": [["one", "yesterday"]], "revoked_stamps": []}""")]
    [InlineData("""{"format": "celerynet-worker-state", "version": 1, "revoked": [[1, "2026-01-01T00:00:00Z"]], "revoked_stamps": []}""")]
    [InlineData("""{"format": "celerynet-worker-state", "version": 1, "revoked": []}""")]
    public async Task A_file_that_cannot_be_read_is_set_aside_as_it_is(string content)
    {
        await File.WriteAllTextAsync(Path, content, TestContext.Current.CancellationToken);
        var revoked = Revoked();

        await using (var file = Open(revoked))
        {
            revoked.Add([new TaskId("one")]);
        }

        var line = Lines(EventIds.StateSetAside).ShouldHaveSingleItem();
        var aside = Directory.GetFiles(_directory.Path, "worker.state.*.unreadable").ShouldHaveSingleItem();
        line.Level.ShouldBe(LogLevel.Error);
        line.Message.ShouldContain(aside);
        (await File.ReadAllTextAsync(aside, TestContext.Current.CancellationToken)).ShouldBe(content);
        Saved().ShouldBe(["one"]);
    }

    [Fact]
    public async Task A_file_that_can_neither_be_read_nor_moved_stops_the_worker_and_stays()
    {
        await File.WriteAllTextAsync(Path, "{", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync($"{Path}.{_clock.GetUtcNow():yyyyMMddHHmmssfff}.unreadable", "older", TestContext.Current.CancellationToken);

        var error = Should.Throw<CeleryConfigurationException>(() => Open(Revoked()));

        error.Message.ShouldContain(Path);
        (await File.ReadAllTextAsync(Path, TestContext.Current.CancellationToken)).ShouldBe("{");
    }

    [Fact]
    public async Task What_could_not_be_saved_is_saved_later()
    {
        var revoked = Revoked();
        await using var file = Open(revoked);
        Directory.CreateDirectory(Path);
        revoked.Add([new TaskId("one")]);
        await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(10));
        Directory.Delete(Path);

        _clock.Advance(TimeSpan.FromSeconds(10));
        await _clock.WaitForTimerAsync(_pause);

        Lines(EventIds.StateNotSaved).ShouldHaveSingleItem().Error.ShouldNotBeNull();
        Saved().ShouldBe(["one"]);
    }

    public void Dispose()
    {
        _loggers.Dispose();
        _directory.Dispose();
    }

    private RevokedTasks Revoked() => new(50_000, TimeSpan.FromHours(3), _clock);

    private RevokedTaskFile Open(RevokedTasks revoked)
    {
        var file = new RevokedTaskFile(Path, revoked, _clock, _loggers.CreateLogger<RevokedTaskFile>());
        file.Open();
        return file;
    }

    private IEnumerable<string> Saved() => [.. RevokedTaskDocument.Read(File.ReadAllBytes(Path)).Ids.Select(entry => entry.Item.Value)];

    private IEnumerable<LogLine> Lines(int id) => _loggers.Log.Lines.Where(line => line.EventId.Id == id);
}
