// The code of docs/results.md, to be compiled.
namespace CeleryNet.Tests.Docs.Results;

internal static class Results
{
    public static async Task<int> GetAsync(ICeleryClient celery, CancellationToken cancellationToken)
    {
        AsyncResult<int> sum = await celery.SendAsync(MathTasks.Signatures.Add(2, 3), cancellationToken);
        int five = await sum.GetAsync(TimeSpan.FromSeconds(10), cancellationToken);
        return five;
    }

    public static async Task WatchAsync(AsyncResult import, TextWriter log, CancellationToken cancellationToken)
    {
        await foreach (ResultSnapshot snapshot in import.WatchAsync(TimeSpan.FromMinutes(5), cancellationToken))
        {
            if (snapshot.State.Name == "PROGRESS")
            {
                var progress = snapshot.ReadInfo<Progress>();
                log.WriteLine($"{progress.Done} of {progress.Total}");
            }
        }
    }

    public static async Task<IReadOnlyList<int>> JoinAsync(ICeleryClient celery, int[] numbers, TextWriter log, CancellationToken cancellationToken)
    {
        var sent = await celery.SendManyAsync(numbers.Select(n => MathTasks.Signatures.Add(n, n)), cancellationToken);
        GroupResult<int> group = celery.GetGroupResult(sent.GetResults());
        IReadOnlyList<int> sums = await group.JoinAsync(TimeSpan.FromMinutes(1), cancellationToken);

        await foreach (ResultOutcome<int> outcome in group.AsCompletedAsync(TimeSpan.FromMinutes(1), cancellationToken))
        {
            log.WriteLine(outcome.IsSuccessful ? $"{outcome.Index}: {outcome.GetValue()}" : $"{outcome.Index}: {outcome.Error.Message}");
        }

        return sums;
    }

    public static async Task<GroupResult<int>?> RestoreAsync(ICeleryClient celery, GroupResult<int> group, CancellationToken cancellationToken)
    {
        await group.SaveAsync(cancellationToken);
        GroupResult<int>? restored = await celery.RestoreGroupAsync<int>(group.Id, cancellationToken);
        return restored;
    }

    public static async Task CollectAsync(AsyncResult import, TextWriter log, CancellationToken cancellationToken)
    {
        await foreach (var (result, value) in import.CollectAsync(cancellationToken: cancellationToken))
        {
            log.WriteLine($"{result.Id}: {value}");
        }
    }
}

internal sealed record Progress(int Done, int Total);

public static class MathTasks
{
    [CeleryTask("docs.sum")]
    public static int Add(int x, int y) => x + y;
}
