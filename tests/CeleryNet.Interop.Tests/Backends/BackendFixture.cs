using CeleryNet.Extensibility;
using CeleryNet.Hosting;
using CeleryNet.Interop.Tests.Peers;
using CeleryNet.Results;
using CeleryNet.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace CeleryNet.Interop.Tests.Backends;

/// <summary>A worker and a client of either language, which share a place for results that is neither Redis nor the broker.</summary>
public sealed class BackendFixture<TPlace> : IAsyncLifetime
    where TPlace : BackendPlace, new()
{
    private PythonDriver? _python;
    private PythonWorker? _pythonWorker;
    private DotNetPeer? _dotNet;

    public TPlace Place { get; } = new();

    public string PythonQueue { get; } = Names.Unique("backend-py");

    public string DotNetQueue { get; } = Names.Unique("backend-net");

    public PythonDriver Python => _python ?? throw NotStarted();

    public ICeleryClient Client => DotNet.Client;

    internal DotNetPeer DotNet => _dotNet ?? throw NotStarted();

    /// <summary>The records, as a backend of .NET's sees them.</summary>
    internal CeleryResultBackend Records { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await Place.InitializeAsync();
        _dotNet = await DotNetPeer.StartAsync(
            options =>
            {
                options.Broker = Urls.RedisBroker;
                options.ResultBackend = Place.DotNetUrl;
                options.ResultExtended = true;
                (options.TaskSerializer, options.ResultSerializer, options.AcceptContent) = (Place.Serializer, Place.Serializer, [Place.Serializer]);
                options.DefaultQueue = PythonQueue;
            },
            worker => (worker.Queues, worker.Hostname) = ([DotNetQueue], $"dotnet-{DotNetQueue}@%h"),
            extend: Add);
        var create = ResultBackendFactory.FindAdded(Place.DotNetUrl, _dotNet.Services.GetServices<ResultBackendRegistration>()).ShouldNotBeNull();
        Records = create(new ResultBackendContext(Place.DotNetUrl, new ResultFormat(_dotNet.Services.GetRequiredService<ContentCodecs>().Results), _dotNet.Services, TimeProvider.System));
        _pythonWorker = await PythonWorker.StartAsync(Settings(PythonQueue), PythonQueue);
        _python = await PythonDriver.StartAsync(Settings(DotNetQueue));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var part in new IAsyncDisposable?[] { Records, _dotNet, _pythonWorker, _python, Place })
        {
            if (part is not null)
            {
                await part.DisposeAsync();
            }
        }
    }

    private PythonSettings Settings(string queue)
        => new(Urls.RedisBroker, Place.PythonUrl, queue)
        {
            ExtendedResults = true,
            DjangoDatabase = Place.DjangoDatabase,
            Serializer = Place.Serializer,
            ResultSerializer = Place.Serializer,
        };

    private void Add(CeleryBuilder celery)
    {
        celery.AddMessagePack().AddPickle();
        Place.Add(celery);
    }

    private static InvalidOperationException NotStarted() => new("The fixture has not been initialized.");
}
