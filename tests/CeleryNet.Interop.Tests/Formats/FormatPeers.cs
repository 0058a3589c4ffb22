using CeleryNet.Interop.Tests.Peers;
using CeleryNet.TestKit;

namespace CeleryNet.Interop.Tests.Formats;

/// <summary>A worker and a client on either side, all of which write messages in one format.</summary>
internal sealed class FormatPeers : IAsyncDisposable
{
    private readonly PythonWorker _pythonWorker;
    private readonly DotNetPeer _dotNet;
    private readonly Signers? _signers;

    private FormatPeers(PythonDriver python, PythonWorker pythonWorker, DotNetPeer dotNet, Signers? signers)
    {
        _signers = signers;
        Python = python;
        _pythonWorker = pythonWorker;
        _dotNet = dotNet;
    }

    /// <summary>Python as a producer, for the .NET worker.</summary>
    public PythonDriver Python { get; }

    /// <summary>.NET as a producer, for the Python worker.</summary>
    public ICeleryClient Client => _dotNet.Client;

    public static async Task<FormatPeers> StartAsync(MessageFormat format)
    {
        var dotNetQueue = Names.Unique("format-net");
        var pythonQueue = Names.Unique("format-py");
        var broker = format.IsAmqp ? AmqpBrokerRedisResults.Broker : RedisBrokerRedisResults.Broker;
        var signers = format.IsSigned ? new Signers() : null;
        PythonSettings Settings(string queue) => new(broker, Urls.RedisResults, queue)
        {
            Serializer = format.Serializer,
            ResultSerializer = format.ResultSerializer,
            Compression = format.Compression,
            Protocol = format.Protocol.ToString(System.Globalization.CultureInfo.InvariantCulture),
            Security = signers?.Python,
        };

        var python = PythonDriver.StartAsync(Settings(dotNetQueue));
        var pythonWorker = PythonWorker.StartAsync(Settings(pythonQueue), pythonQueue);
        var version = (await (await python).AskAsync("version", [])).GetString()!;
        var dotNet = DotNetPeer.StartAsync(
            celery =>
            {
                (celery.Broker, celery.ResultBackend, celery.DefaultQueue) = (broker, Urls.RedisResults, pythonQueue);
                (celery.TaskSerializer, celery.ResultSerializer, celery.TaskProtocol) = (format.Serializer, format.ResultSerializer, format.Protocol);
                celery.TaskCompression = format.Compression.Length == 0 ? null : format.Compression;
                celery.AcceptContent = [format.Serializer];
            },
            worker => worker.Queues = [dotNetQueue],
            extend: celery =>
            {
                celery.AddMessagePack().AddYaml().AddPickle().AddCompression();
                if (signers is not null)
                {
                    celery.AddSecurity(security => signers.Configure(security, version));
                }
            });
        return new FormatPeers(await python, await pythonWorker, await dotNet, signers);
    }

    public async ValueTask DisposeAsync()
    {
        await _dotNet.DisposeAsync();
        await _pythonWorker.DisposeAsync();
        await Python.DisposeAsync();
        _signers?.Dispose();
    }
}
