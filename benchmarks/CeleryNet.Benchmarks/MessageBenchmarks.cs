using BenchmarkDotNet.Attributes;
using CeleryNet.Protocol;
using CeleryNet.TestKit;

namespace CeleryNet.Benchmarks;

/// <summary>What of a message says which task it is for, and with which arguments.</summary>
public class MessageBenchmarks
{
    private readonly TaskMessageReader _reader = Content.Reader();
    private readonly Envelope _envelope = Sample.Add();
    private TaskHeaders _headers = null!;

    [GlobalSetup]
    public void Setup() => _headers = TaskMessageReader.ReadHeaders(_envelope.Headers);

    [Benchmark]
    public object ReadHeaders() => TaskMessageReader.ReadHeaders(_envelope.Headers);

    [Benchmark]
    public object ReadBody() => _reader.ReadBody(_envelope, _headers);

    [Benchmark]
    public object SplitBody() => TaskBodyReader.Read(_envelope.Body, 64);
}
