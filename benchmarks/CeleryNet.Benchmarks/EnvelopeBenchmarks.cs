using BenchmarkDotNet.Attributes;
using CeleryNet.Protocol;
using CeleryNet.Routing;
using CeleryNet.Serialization;
using CeleryNet.Transports.Redis;

namespace CeleryNet.Benchmarks;

/// <summary>A message as an element of a Redis list.</summary>
public class EnvelopeBenchmarks
{
    private readonly RedisEnvelopeWriter _writer = new();
    private readonly Destination _destination = new("", "celery");
    private readonly Envelope _envelope = Sample.Add();
    private readonly RecentStrings _strings = new();
    private byte[] _element = [];

    [GlobalSetup]
    public void Setup() => _element = Write();

    [Benchmark]
    public byte[] Write() => _writer.Write(_envelope, _destination);

    [Benchmark]
    public object Read() => RedisEnvelopeReader.Read(_element, _strings);
}
