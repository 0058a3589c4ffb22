using System.Text;

namespace CeleryNet.Fault.Worker;

/// <summary>
/// Which tasks were run, told by the tasks themselves and kept outside brokers and backends. Each process appends to a file of its own, without a buffer of
/// its own: what a task has written before its process was killed is there. Lines: a letter, a space, the task's id.
/// </summary>
public sealed class RunLog : IDisposable
{
    private const char Began = 'B';
    private const char Finished = 'F';
    private const char Early = 'E';

    private readonly FileStream _file;
    private readonly Lock _gate = new();

    /// <summary>Begins a file.</summary>
    /// <param name="directory">Where all files of one test are.</param>
    public RunLog(string directory)
        => _file = new FileStream(Path.Combine(directory, $"{TaskId.New()}.runs"), FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);

    /// <summary>A run has begun.</summary>
    /// <param name="id">The task's id.</param>
    public void Begin(TaskId id) => Write(Began, id);

    /// <summary>A run has done all its work.</summary>
    /// <param name="id">The task's id.</param>
    public void Finish(TaskId id) => Write(Finished, id);

    /// <summary>A run has begun before its time.</summary>
    /// <param name="id">The task's id.</param>
    public void BeginEarly(TaskId id) => Write(Early, id);

    /// <summary>Reads what all processes have written so far.</summary>
    /// <param name="directory">Where all files of one test are.</param>
    public static Runs Read(string directory)
    {
        var runs = new Runs();
        foreach (var path in Directory.EnumerateFiles(directory, "*.runs"))
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(file);
            // What follows the last line's end was cut off by the kill, or is being written.
            var lines = reader.ReadToEnd().Split('\n')[..^1];
            foreach (var line in lines)
            {
                var counts = line[0] switch
                {
                    Began => runs.Begun,
                    Finished => runs.Finished,
                    Early => runs.Early,
                    _ => throw new InvalidDataException($"{path} has a line that is not of a run: {line}"),
                };
                counts[line[2..]] = counts.GetValueOrDefault(line[2..]) + 1;
            }
        }

        return runs;
    }

    /// <inheritdoc />
    public void Dispose() => _file.Dispose();

    private void Write(char what, TaskId id)
    {
        var line = Encoding.ASCII.GetBytes($"{what} {id.Value}\n");
        lock (_gate)
        {
            _file.Write(line);
        }
    }
}

/// <summary>How often each task was run, by its id.</summary>
public sealed class Runs
{
    /// <summary>Runs that began, those that were cut off included.</summary>
    public Dictionary<string, int> Begun { get; } = [];

    /// <summary>Runs that did all their work. A run that ends with a retry does not.</summary>
    public Dictionary<string, int> Finished { get; } = [];

    /// <summary>Runs that began before their time.</summary>
    public Dictionary<string, int> Early { get; } = [];
}
