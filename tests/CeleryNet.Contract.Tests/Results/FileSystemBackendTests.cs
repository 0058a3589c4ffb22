using CeleryNet.TestKit;

namespace CeleryNet.Contract.Tests.Results;

/// <summary>Results as files in a folder.</summary>
public sealed class FileSystemBackendTests : RecordBackendContract
{
    private readonly TestDirectory _folder = new();

    private string? _url;

    private protected override string Url => _url ?? $"file://{_folder.Path}";

    // A busy disk may take milliseconds to make a file.
    private protected override int WatchedAtOnce => 2_000;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task File_has_the_name_and_the_content_that_Celery_gives_it()
    {
        var id = TaskId.New();
        await StoreAsync(Success(id, "5"));

        var files = Directory.GetFiles(_folder.Path);

        Path.GetFileName(files.ShouldHaveSingleItem()).ShouldBe($"celery-task-meta-{id}");
        (await File.ReadAllTextAsync(files[0], Token)).ShouldBe(
            $$"""{"status": "SUCCESS", "result": 5, "traceback": null, "children": [], "date_done": "2026-03-04T05:06:07.000000+00:00", "task_id": "{{id}}"}""");
    }

    [Fact]
    public async Task Folder_may_be_named_with_localhost_as_its_host()
    {
        var id = TaskId.New();
        await StoreAsync(Success(id, "5"));
        _url = $"file://localhost{_folder.Path}";
        await using var records = CreateRecords();

        (await records.FindAsync([id], Token)).ShouldHaveSingleItem().State.ShouldBe(TaskState.Success);
    }

    [Theory]
    [InlineData("../outside")]
    [InlineData("..\\outside")]
    [InlineData("a/b")]
    [InlineData("nul\0")]
    public async Task Id_that_would_lead_out_of_the_folder_is_refused(string id)
    {
        var error = await Should.ThrowAsync<CelerySerializationException>(() => StoreAsync(Success(id)));

        error.Message.ShouldContain("cannot be part of a file's name");
        (await GetAsync(id)).ShouldBeNull();
        Directory.GetFiles(_folder.Path).ShouldBeEmpty();
    }

    [Fact]
    public async Task Document_that_Python_has_not_written_to_its_end_is_waited_for()
    {
        var id = TaskId.New();
        var file = _folder[$"celery-task-meta-{id}"];
        await File.WriteAllTextAsync(file, """{"status": "SUC""", Token);
        var watching = WatchToEndAsync(id);
        (await GetAsync(id)).ShouldBeNull();

        await StoreAsync(Success(id, "6"));

        ShouldBeSameJson((await watching)[^1].Result, "6");
    }

    [Fact]
    public async Task Document_that_stays_unreadable_is_told_to_who_waits_for_it()
    {
        var id = TaskId.New();
        var file = _folder[$"celery-task-meta-{id}"];
        await File.WriteAllTextAsync(file, "nonsense", Token);
        File.SetLastWriteTimeUtc(file, new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        (await Should.ThrowAsync<ResultBackendException>(() => GetAsync(id))).Message.ShouldContain(id.Value);
        (await Should.ThrowAsync<ResultBackendException>(() => WatchToEndAsync(id))).Message.ShouldContain(id.Value);
    }

    [Fact]
    public async Task Folder_that_has_gone_is_an_outage_and_not_a_place_without_results()
    {
        var id = TaskId.New();
        await StoreAsync(Success(id));
        Directory.Move(_folder.Path, _folder.Path + "-away");
        try
        {
            (await Should.ThrowAsync<ResultBackendException>(() => GetAsync(id))).Message.ShouldContain("is not there");
            await Should.ThrowAsync<ResultBackendException>(() => StoreAsync(Success(TaskId.New())));
        }
        finally
        {
            Directory.Move(_folder.Path + "-away", _folder.Path);
        }

        (await GetAsync(id)).ShouldNotBeNull();
    }

    [Fact]
    public void Folder_that_does_not_exist_is_named()
    {
        _folder.Dispose();
        try
        {
            Should.Throw<CeleryConfigurationException>(() => CreateRecords()).Message.ShouldContain(Url);
        }
        finally
        {
            Directory.CreateDirectory(_folder.Path);
        }
    }

    [Fact]
    public async Task Failed_write_is_an_outage_and_leaves_nothing_behind()
    {
        var id = TaskId.New();
        Directory.CreateDirectory(_folder[$"celery-task-meta-{id}"]);

        await Should.ThrowAsync<ResultBackendException>(() => StoreAsync(Success(id)));

        Directory.GetFiles(_folder.Path).ShouldBeEmpty();
    }
}
