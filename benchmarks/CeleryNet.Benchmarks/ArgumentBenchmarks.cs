using System.Text.Json;
using BenchmarkDotNet.Attributes;
using CeleryNet.Extensibility;

namespace CeleryNet.Benchmarks;

/// <summary>From the arguments of a message to a called method and its result.</summary>
public class ArgumentBenchmarks
{
    private readonly TaskInvocation _integers = Sample.Invocation(Sample.Task("bench.add"), Sample.Body("[2, 3]"));
    private readonly TaskInvocation _keywords = Sample.Invocation(Sample.Task("bench.add"), Sample.Body("[]", """{"x": 2, "y": 3}"""));
    private readonly TaskInvocation _order = Sample.Invocation(Sample.Task("bench.order"), Sample.Body($"[{Sample.Order}]"));
    private readonly TaskInvocation _text = Sample.Invocation(Sample.Task("bench.text"), Sample.Body($"[{JsonSerializer.Serialize(new string('x', 100_000))}]"));

    [Benchmark]
    public TaskValue TwoIntegers() => Run(_integers);

    [Benchmark]
    public TaskValue TwoIntegersByKeyword() => Run(_keywords);

    [Benchmark]
    public TaskValue Order() => Run(_order);

    [Benchmark]
    public TaskValue Text100KB() => Run(_text);

    // The tasks are synchronous, so their results are there.
    private static TaskValue Run(TaskInvocation invocation)
    {
        var running = invocation.Definition.Invoke(invocation);
        return running.IsCompletedSuccessfully ? running.Result : throw new InvalidOperationException("The task did not end at once.");
    }
}
