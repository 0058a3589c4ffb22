using System.Runtime.CompilerServices;

// The code of docs/bulk.md, to be compiled.
namespace CeleryNet.Tests.Docs.Bulk;

internal static class Bulk
{
    public static async Task<IReadOnlyList<AsyncResult<int>>> SendAllAsync(ICeleryClient celery, IEnumerable<int> numbers, CancellationToken cancellationToken)
    {
        IReadOnlyList<AsyncResult<int>> sums = (await celery.SendManyAsync(numbers.Select(n => MathTasks.Signatures.Add(n, 1)), cancellationToken)).GetResults();
        return sums;
    }

    public static async Task LookAtEachAsync(
        ICeleryClient celery, Signature<int>[] calls, List<AsyncResult<int>> handles, List<Signature<int>> later, TextWriter log, CancellationToken cancellationToken)
    {
        foreach (var outcome in await celery.SendManyAsync(calls, cancellationToken))
        {
            if (outcome.IsSent)
            {
                handles.Add(outcome.GetResult());
            }
            else if (outcome.Error is BrokerUnavailableException)
            {
                // It may have arrived. Sent again by its id, its result is found in one place.
                later.Add(outcome.Signature!.With(taskId: outcome.Id));
            }
            else
            {
                log.WriteLine($"Call of {outcome.Signature?.TaskName} was not sent: {outcome.Error.Message}");
            }
        }
    }

    public static async Task StreamAsync(ICeleryClient celery, CancellationToken cancellationToken)
    {
        await foreach (var outcome in celery.SendManyAsync(ReadOrdersAsync(cancellationToken), cancellationToken))
        {
            outcome.ThrowIfFailed();
        }
    }

    public static async Task<int> CountAsync(ICeleryClient celery, CancellationToken cancellationToken)
    {
        var sent = 0;
        await foreach (var outcome in celery.SendManyAsync(Enumerable.Range(0, int.MaxValue).Select(n => MathTasks.Signatures.Add(n, 1)).ToAsyncEnumerable(), cancellationToken))
        {
            sent += outcome.IsSent ? 1 : 0;
        }

        return sent;
    }

    private static async IAsyncEnumerable<Signature<int>> ReadOrdersAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        yield return MathTasks.Signatures.Add(1, 2);
    }
}

public static class MathTasks
{
    [CeleryTask("docs.add")]
    public static int Add(int x, int y) => x + y;
}
