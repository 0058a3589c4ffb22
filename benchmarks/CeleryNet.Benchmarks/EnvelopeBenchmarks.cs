using System.Buffers;
using BenchmarkDotNet.Attributes;
using CeleryNet.Protocol;
using CeleryNet.Routing;
using CeleryNet.Serialization;
using CeleryNet.Transports.Redis;

namespace CeleryNet.Benchmarks;

/// <summary>A message as an element of a Redis list.</summary>
public class EnvelopeBenchmarks
{
    private readonly ArrayBufferWriter<byte> _output = new(4096);
    private readonly Destination _destination = new("", "celery");
    private readonly Envelope _envelope = Sample.Add();
    private readonly RecentStrings _strings = new();
    private byte[] _element = [];

    [GlobalSetup]
    public void Setup()
    {
        Write();
        _element = _output.WrittenSpan.ToArray();
    }

    [Benchmark]
    public int Write()
    {
        _output.ResetWrittenCount();
        RedisEnvelopeWriter.Write(_output, _envelope, _destination);
        return _output.WrittenCount;
    }

    [Benchmark]
    public object Read() => RedisEnvelopeReader.Read(_element, _strings);
}
