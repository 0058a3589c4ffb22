// The code of docs/canvas.md, to be compiled.
namespace CeleryNet.Tests.Docs.Flows;

/// <summary>The tasks of the document.</summary>
public interface IFlowTasks
{
    [CeleryTask("tasks.add")]
    int Add(int x, int y);

    [CeleryTask("tasks.total")]
    int Total(IReadOnlyList<int> numbers);

    [CeleryTask("tasks.notify")]
    void Notify(string text);

    [CeleryTask("tasks.alert")]
    void Alert();

    [CeleryTask("tasks.report")]
    void Report(int number);
}

internal static class Flows
{
    /// <summary>The workflows that the document has pictures of, in its order.</summary>
    public static IReadOnlyList<Signature> Drawn()
    {
        var s = IFlowTasks.Signatures;
        Signature<int> flow = s.Add(2, 2)
            .Then(sum => s.Add(sum, 4))
            .Then(s.Notify("half way"))
            .Then(s.Add(1, 1))
            .OnError(s.Alert());
        GroupSignature<int> parts = Canvas.Group(Enumerable.Range(0, 100).Select(i => s.Add(i, i)));
        Signature<int> total = parts.Then(sums => s.Total(sums));
        Signature<int> nested = s.Add(1, 1)
            .Then(sum => Canvas.Group(
                s.Add(sum, 1).Then(next => s.Add(next, 10)),
                Canvas.Group(s.Add(sum, 2), s.Add(sum, 3)).Then(sums => s.Total(sums))))
            .Then(sums => s.Total(sums))
            .Link(sum => s.Report(sum));
        return [flow, total, nested];
    }

    public static IReadOnlyList<Signature> More(IReadOnlyList<(int X, int Y)> pairs)
    {
        var s = IFlowTasks.Signatures;
        Signature<int[]> inOneMessage = Canvas.Starmap(pairs, pair => s.Add(pair.X, pair.Y));
        GroupSignature<int[]> tenByTen = Canvas.Chunks(pairs, pair => s.Add(pair.X, pair.Y), 10);
        Signature<int> byName = Canvas.Chain<int>(
            Canvas.Call("tasks.add", 2, 2),
            Canvas.Call("tasks.add", 4),
            Canvas.Call("tasks.notify", "half way").AsImmutable(),
            Canvas.Call("tasks.add", 1, 1).AsImmutable());
        Signature<int> mixed = s.Add(2, 2).Then(sum => Canvas.Call<int>("tasks.add", sum, 4));
        return [inOneMessage, tenByTen, byName, mixed];
    }

    public static async Task<(int Value, IReadOnlyList<int> Values)> SendAsync(
        ICeleryClient celery, Signature<int> total, GroupSignature<int> parts, CancellationToken cancellationToken)
    {
        AsyncResult<int> result = await celery.SendAsync(total, cancellationToken);
        int value = await result.GetAsync(TimeSpan.FromMinutes(1), cancellationToken);
        GroupResult<int> group = await celery.SendAsync(parts, cancellationToken);
        IReadOnlyList<int> values = await group.JoinAsync(TimeSpan.FromMinutes(1), cancellationToken);
        return (value, values);
    }

    public static (IReadOnlyList<string> Problems, string Picture) Look(ICeleryClient celery, Signature<int> nested)
    {
        IReadOnlyList<string> problems = celery.Validate(nested);
        string picture = nested.ToMermaid();
        return (problems, picture);
    }
}

/// <summary>Where people are told.</summary>
public interface IPager
{
    Task PageAsync(string channel, string text);
}

/// <summary>A task that is called when another has failed, and one that has others take its place.</summary>
public sealed class PagerTasks(IPager pager)
{
#pragma warning disable IDE1006 // The document has the same short name everywhere.
    private static readonly IFlowTasksSignatures s = IFlowTasks.Signatures;
#pragma warning restore IDE1006

    [CeleryTask("tasks.tell")]
    public Task TellAsync(TaskFailure failure, string channel) => pager.PageAsync(channel, $"{failure.TaskName} failed: {failure.Error?.Message}");

    [CeleryTask("tasks.sum_large")]
    public async Task<int> SumLargeAsync(int[] numbers, TaskContext task) => numbers.Length < 1000
        ? numbers.Sum()
        : await task.ReplaceAsync(Canvas.Group(numbers.Chunk(100).Select(part => s.Total(part))).Then(sums => s.Total(sums)));

    /// <summary>How the first is linked.</summary>
    public static Signature<int> Safe() => s.Add(1, 1).OnError(PagerTasks.Signatures.Tell("ops"));
}
