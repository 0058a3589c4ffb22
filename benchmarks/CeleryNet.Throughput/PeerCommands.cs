using System.CommandLine;
using CeleryNet.Throughput.Work;

namespace CeleryNet.Throughput;

/// <summary>The commands by which a run starts its peers; not for people.</summary>
internal static class PeerCommands
{
    private const string Raw = "raw";

    public static Command Worker()
    {
        var common = new PeerOptions();
        var concurrency = new Option<int?>("--concurrency");
        var prefetch = new Option<int?>("--prefetch");
        var singleAcks = new Option<bool>("--single-acks");
        var isStatic = new Option<bool>("--static");
        var command = common.Create("worker", concurrency, prefetch, singleAcks, isStatic);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var settings = new WorkerSettings(
                parsed.GetRequiredValue(common.Broker),
                parsed.GetValue(common.Results),
                parsed.GetRequiredValue(common.Queue),
                parsed.GetValue(concurrency),
                parsed.GetValue(prefetch),
                parsed.GetValue(singleAcks),
                parsed.GetValue(isStatic));
            var stopping = ParentWatch.Start(cancellationToken);
            await (parsed.GetValue(common.Kind) == Raw
                ? RawWorker.RunAsync(settings, Marks.OfEnvironment(), stopping)
                : CeleryNetWorker.RunAsync(settings, Marks.OfEnvironment(), stopping));
        });
        return command;
    }

    public static Command Publisher()
    {
        var common = new PeerOptions();
        var count = new Option<int>("--count");
        var window = new Option<int>("--window");
        var command = common.Create("publisher", count, window);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var settings = new PublisherSettings(
                parsed.GetRequiredValue(common.Broker), parsed.GetRequiredValue(common.Queue), parsed.GetValue(count), parsed.GetValue(window));
            var stopping = ParentWatch.Start(cancellationToken);
            await (parsed.GetValue(common.Kind) == Raw
                ? RawPublisher.RunAsync(settings, Marks.OfEnvironment(), stopping)
                : CeleryNetPublisher.RunAsync(settings, Marks.OfEnvironment(), stopping));
        });
        return command;
    }

    public static Command Caller()
    {
        var common = new PeerOptions();
        var warmUp = new Option<int>("--warm-up");
        var count = new Option<int>("--count");
        var command = common.Create("caller", warmUp, count);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var settings = new CallerSettings(
                parsed.GetRequiredValue(common.Broker),
                parsed.GetRequiredValue(common.Results!)!,
                parsed.GetRequiredValue(common.Queue),
                parsed.GetValue(warmUp),
                parsed.GetValue(count));
            var stopping = ParentWatch.Start(cancellationToken);
            await (parsed.GetValue(common.Kind) == Raw
                ? RawCaller.RunAsync(settings, Console.Out, stopping)
                : CeleryNetCaller.RunAsync(settings, Console.Out, stopping));
        });
        return command;
    }

    public static Command Awaiter()
    {
        var common = new PeerOptions();
        var count = new Option<int>("--count");
        var command = common.Create("awaiter", count);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var results = parsed.GetRequiredValue(common.Results!)!;
            var stopping = ParentWatch.Start(cancellationToken);
            await (parsed.GetValue(common.Kind) == Raw
                ? Awaited.JoinRawAsync(results, parsed.GetValue(count), Console.Out)
                : Awaited.JoinAsync(
                    parsed.GetRequiredValue(common.Broker), results, parsed.GetRequiredValue(common.Queue), parsed.GetValue(count), Console.Out, stopping));
        });
        return command;
    }
}
