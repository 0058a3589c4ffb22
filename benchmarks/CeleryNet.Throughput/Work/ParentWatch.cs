namespace CeleryNet.Throughput.Work;

/// <summary>Notices when the program that started this one is gone: its end of our input closes. Nothing of a run stays behind then.</summary>
internal static class ParentWatch
{
    public static CancellationToken Start(CancellationToken cancellationToken)
    {
        var gone = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

        // A thread of its own: of the pool's there are few, and they are what is measured.
        var watch = new Thread(() =>
        {
            while (Console.In.ReadLine() is not null)
            {
                // Nobody writes anything.
            }

            gone.Cancel();
        })
        { IsBackground = true };
        watch.Start();
        return gone.Token;
    }
}
