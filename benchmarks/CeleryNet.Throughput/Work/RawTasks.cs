using System.Globalization;
using System.Text.Unicode;

namespace CeleryNet.Throughput.Work;

/// <summary>The tasks as a raw worker runs them.</summary>
internal sealed class RawTasks(Marks marks)
{
    private const int LargestDocument = 512;

    /// <summary>Runs a call that does not wait.</summary>
    /// <returns>The result's document.</returns>
    public byte[] Run(RawCall call)
    {
        if (call.Task != TaskCall.Add.Task)
        {
            throw new InvalidOperationException($"'{call.Task}' is not a task that does not wait.");
        }

        var result = (int)call.First + (int)call.Second;
        marks.Done();
        Span<byte> document = stackalloc byte[LargestDocument];
        return Utf8.TryWrite(
            document,
            CultureInfo.InvariantCulture,
            $$"""{"status": "SUCCESS", "result": {{result}}, "traceback": null, "children": [], "date_done": "{{DateTime.UtcNow:yyyy-MM-ddTHH:mm:ss.ffffff}}", "task_id": "{{call.Id}}"}""",
            out var length)
            ? document[..length].ToArray()
            : throw new InvalidOperationException($"The result of '{call.Id}' is longer than {LargestDocument} bytes.");
    }

    /// <summary>Runs a call that waits.</summary>
    public async Task WaitAsync(RawCall call, CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromSeconds(call.First), cancellationToken);
        marks.Done();
    }
}
