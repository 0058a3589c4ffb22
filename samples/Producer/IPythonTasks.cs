using System.Text.Json;
using CeleryNet;

namespace SampleProducer;

/// <summary>Tasks that run elsewhere: in samples/Python's worker, in samples/Worker, or in any other that knows these names.</summary>
public interface IPythonTasks
{
    /// <summary>Adds two numbers.</summary>
    [CeleryTask("tasks.add")]
    decimal Add(decimal x, decimal y);

    /// <summary>Multiplies two numbers.</summary>
    [CeleryTask("tasks.mul")]
    decimal Mul(decimal x, decimal y);

    /// <summary>Adds up a list.</summary>
    [CeleryTask("tasks.tsum")]
    decimal Sum(IReadOnlyList<decimal> numbers);

    /// <summary>Returns what it got.</summary>
    [CeleryTask("tasks.echo")]
    JsonElement Echo(JsonElement value);

    /// <summary>Raises ValueError(message).</summary>
    [CeleryTask("tasks.fail")]
    string Fail(string message);

    /// <summary>Pretends to work on some data; it is named in the call, as in Python's <c>process_data.delay(data=…)</c>.</summary>
    [CeleryTask("tasks.process_data")]
    string ProcessData([CeleryArgument(KeywordOnly = true)] string data);
}
