using BenchmarkDotNet.Attributes;
using CeleryNet.Protocol;
using CeleryNet.TestKit;

namespace CeleryNet.Benchmarks;

/// <summary>From a call in code to a message.</summary>
public class SendBenchmarks
{
    private static readonly Order _order = new("Ada Lovelace", new Address("12 St James's Square", 4711), [new Line(3), new Line(40)]);

    private readonly TaskMessageWriter _writer = Content.Writer(Sample.Json);
    private readonly string _text = new('x', 100_000);

    [Benchmark]
    public object TwoIntegers() => Write(BenchmarkTasks.Signatures.Add(2, 3));

    [Benchmark]
    public object Order() => Write(BenchmarkTasks.Signatures.Quantity(_order));

    [Benchmark]
    public object Text100KB() => Write(BenchmarkTasks.Signatures.Length(_text));

    [Benchmark]
    public object SignatureAlone() => BenchmarkTasks.Signatures.Add(2, 3);

    private Envelope Write(Signature signature) => _writer.Write(new TaskCall(signature.TaskName, new TaskId(Sample.Id), signature.Args, signature.Kwargs, signature.Options)
    {
        RootId = new TaskId(Sample.Id),
        ReplyTo = "0b7e7a0e-93b5-3b4b-8a55-7c2c0b6f5d10",
    });
}
