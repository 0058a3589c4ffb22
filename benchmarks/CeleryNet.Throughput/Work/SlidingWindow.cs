namespace CeleryNet.Throughput.Work;

/// <summary>Does something so many times, with so many on their way at a time, and awaits each.</summary>
internal static class SlidingWindow
{
    public static async Task RunAsync(int count, int window, Func<Task> start)
    {
        var underWay = new Task[window];
        Array.Fill(underWay, Task.CompletedTask);
        for (var i = 0; i < count; i++)
        {
            await underWay[i % window];
            underWay[i % window] = start();
        }

        await Task.WhenAll(underWay);
    }
}
