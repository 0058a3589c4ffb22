using CeleryNet;

namespace QuickStart;

/// <summary>The tasks of this program. A worker makes one instance per run out of the host's services, so a constructor may ask for any of them.</summary>
public sealed class OfficeTasks
{
    /// <summary>Works on some data, slowly, and says what it found.</summary>
    [CeleryTask("tasks.process_data")]
    public async Task<Summary> ProcessDataAsync(IReadOnlyList<double> data, CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(500), cancellationToken);
        return new Summary(data.Count, data.Sum(), data.Max());
    }

    /// <summary>Pretends to send an e-mail; a task that returns nothing has the result null.</summary>
    [CeleryTask("tasks.send_email")]
    public async Task SendEmailAsync(string to, string subject, CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
        Console.WriteLine($"  (the worker pretends to send an e-mail to {to}: {subject})");
    }

    /// <summary>Says how large a picture is once it fits into a given width. A task need not be asynchronous.</summary>
    [CeleryTask("tasks.resize")]
    public Size Resize(Size picture, int width) => new(width, picture.Height * width / picture.Width);

    /// <summary>Fails for every customer but number 1.</summary>
    [CeleryTask("tasks.charge")]
    public string Charge(int customer, decimal amount) => customer == 1
        ? $"receipt for {amount}"
        : throw new ArgumentException($"there is no customer {customer}");
}

/// <summary>What <see cref="OfficeTasks.ProcessDataAsync"/> returns; on the wire it is {"count": …, "sum": …, "largest": …}.</summary>
public sealed record Summary(int Count, double Sum, double Largest);

/// <summary>The size of a picture in pixels.</summary>
public readonly record struct Size(int Width, int Height);
