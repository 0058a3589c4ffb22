using System.Text.Json;
using CeleryNet;

namespace SampleWorker;

/// <summary>The tasks this worker runs. samples/Python/tasks.py has the same ones, so either side can stand in for the other.</summary>
public sealed class SampleTasks
{
    /// <summary>Takes whole numbers of Python too, and answers with one that is a float there: 5.0 == 5.</summary>
    [CeleryTask("tasks.add")]
    public double Add(double x, double y) => x + y;

    /// <summary>Multiplies.</summary>
    [CeleryTask("tasks.mul")]
    public double Mul(double x, double y) => x * y;

    /// <summary>Adds up a list.</summary>
    [CeleryTask("tasks.tsum")]
    public double Sum(IReadOnlyList<double> numbers) => numbers.Sum();

    /// <summary>Returns what it got, whatever that is.</summary>
    [CeleryTask("tasks.echo")]
    public JsonElement Echo(JsonElement value) => value;

    /// <summary>Fails; Python sees <c>ValueError(message)</c>.</summary>
    [CeleryTask("tasks.fail")]
    public string Fail(string message) => throw new ArgumentException(message);

    /// <summary>Takes its time. Acknowledged after the run, so that a worker that dies meanwhile does not take the message with it.</summary>
    [CeleryTask("tasks.sleep", AcksLate = true)]
    public async Task<double> SleepAsync(double seconds, CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromSeconds(seconds), cancellationToken);
        return seconds;
    }

    /// <summary>Pretends to work on some data.</summary>
    [CeleryTask("tasks.process_data")]
    public async Task<string> ProcessDataAsync(JsonElement data, CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(500), cancellationToken);
        return $"Processed {data}";
    }
}
