using CeleryNet.Extensibility;
using CeleryNet.Hosting;
using CeleryNet.Protocol;
using CeleryNet.Results;
using CeleryNet.Results.Polled;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace CeleryNet.Contract.Tests.Results;

/// <summary>What every backend keeps to that is added by its scheme: to the suite of all, and to what its public contract says beyond that.</summary>
public abstract class RecordBackendContract : ResultBackendContract
{
    private static readonly DateTimeOffset _long = new(2020, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly List<ServiceProvider> _hosts = [];
    private CeleryResultBackend? _records;

    /// <summary>The records themselves, of the storing side.</summary>
    private protected CeleryResultBackend Records => _records ?? throw new InvalidOperationException("The backends are made before each test.");

    /// <summary>The backend's URL.</summary>
    private protected abstract string Url { get; }

    /// <summary>Adds the backend to a host.</summary>
    private protected virtual void Add(CeleryBuilder celery)
    {
    }

    /// <summary>Makes what must be there before the backend.</summary>
    private protected virtual ValueTask PrepareAsync() => ValueTask.CompletedTask;

    private protected override async ValueTask<(IResultBackend Storing, IResultBackend Reading)> CreateAsync()
    {
        await PrepareAsync();
        _records = CreateRecords();
        return (Wrap(_records), Wrap(CreateRecords()));
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (var host in _hosts)
        {
            await host.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    private protected CeleryResultBackend CreateRecords(Action<CeleryBuilder>? configure = null)
    {
        var services = new ServiceCollection();
        (configure ?? Add)(services.AddCelery(celery => celery.ResultBackend = Url));
        var host = services.BuildServiceProvider();
        _hosts.Add(host);
        var create = ResultBackendFactory.FindAdded(Url, host.GetServices<ResultBackendRegistration>()).ShouldNotBeNull();
        return create(new ResultBackendContext(Url, new ResultFormat(ResultCodec.CreateJson()), host, TimeProvider.System));
    }

    private protected static PolledResultBackend Wrap(CeleryResultBackend records)
        => new(records, "the backend under test", TimeSpan.FromDays(1), TimeProvider.System, NullLogger.Instance);

    [Fact]
    public async Task Group_is_found_as_it_was_saved_until_it_is_forgotten()
    {
        var (group, first, second) = (TaskId.New().Value, TaskId.New(), TaskId.New());
        var tuple = $"""[["{group}", null], [[["{first}", null], null], [["{second}", null], null]]]""";
        await Records.SaveGroupAsync(group, Json("[[\"other\", null], []]"), Token);
        await Records.SaveGroupAsync(group, Json(tuple), Token);

        ShouldBeSameJson(await Records.FindGroupAsync(group, Token), tuple);
        await Records.ForgetGroupAsync(group, Token);
        (await Records.FindGroupAsync(group, Token)).IsEmpty.ShouldBeTrue();
        await Records.ForgetGroupAsync(group, Token);
    }

    [Fact]
    public async Task Many_records_are_found_at_once_and_only_those_there_are()
    {
        var ids = Enumerable.Range(0, Records.MaxBatch).Select(_ => TaskId.New()).ToArray();
        foreach (var id in ids.Take(20))
        {
            await Records.StoreAsync(new ResultRecord(id, TaskState.Success) { Result = Json($"\"{id}\""), DateDone = _long }, Token);
        }

        var found = await Records.FindAsync(ids, Token);

        found.Select(record => record.TaskId).ShouldBe(ids.Take(20), ignoreOrder: true);
        foreach (var record in found)
        {
            record.ReadError.ShouldBeNull();
            ShouldBeSameJson(record.Result, $"\"{record.TaskId}\"");
        }
    }

    [Theory]
    [InlineData("a\0b")]
    [InlineData("a/b")]
    [InlineData("'; DROP TABLE celery_taskmeta; --")]
    [InlineData("ünïcode 🐎 \"quoted\" @id0 %s")]
    public async Task Strange_id_does_not_keep_others_from_being_found(string id)
    {
        await StoreAsync(Success("known"));

        (await Records.FindAsync([id, "known"], Token)).ShouldHaveSingleItem().TaskId.Value.ShouldBe("known");
        (await Records.FindAsync([id], Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Success_stays_when_a_task_runs_twice_at_the_same_time()
    {
        var id = TaskId.New();
        var stores = Enumerable.Range(0, 20).Select(number => number % 4 == 1
            ? StoreAsync(Success(id, $"{number}"))
            : StoreAsync(new ResultMeta(id, TaskState.Retry) { Result = Json($"{number}") }));

        await Task.WhenAll(stores);

        (await GetAsync(id)).ShouldNotBeNull().State.ShouldBe(TaskState.Success);
    }

    [Fact]
    public async Task Clean_up_removes_what_is_too_old_and_nothing_else()
    {
        var (id, group) = (TaskId.New(), TaskId.New().Value);
        await StoreAsync(Success(id));
        await Records.SaveGroupAsync(group, Json($"[[\"{group}\", null], []]"), Token);

        await Records.CleanUpAsync(_long, Token);
        (await GetAsync(id)).ShouldNotBeNull();
        (await Records.FindGroupAsync(group, Token)).IsEmpty.ShouldBeFalse();

        await Records.CleanUpAsync(TimeProvider.System.GetUtcNow().AddDays(365), Token);
        (await GetAsync(id)).ShouldBeNull();
        (await Records.FindGroupAsync(group, Token)).IsEmpty.ShouldBeTrue();
    }
}
