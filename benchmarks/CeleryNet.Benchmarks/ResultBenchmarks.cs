using BenchmarkDotNet.Attributes;
using CeleryNet.Protocol;

namespace CeleryNet.Benchmarks;

/// <summary>The document of a result.</summary>
public class ResultBenchmarks
{
    private static readonly TaskId _id = new(Sample.Id);

    private readonly ResultCodec _codec = ResultCodec.CreateJson();
    private readonly ResultMeta _meta = new(_id, TaskState.Success) { Result = "5"u8.ToArray(), DateDone = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero) };
    private ReadOnlyMemory<byte> _document;

    [GlobalSetup]
    public void Setup() => _document = Write();

    [Benchmark]
    public ReadOnlyMemory<byte> Write() => _codec.Encode(_meta).Body;

    [Benchmark]
    public object Read() => _codec.Decode(_document, _id);
}
