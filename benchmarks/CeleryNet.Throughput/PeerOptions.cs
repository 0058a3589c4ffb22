using System.CommandLine;

namespace CeleryNet.Throughput;

/// <summary>What every peer's command has.</summary>
internal sealed class PeerOptions
{
    public Argument<string> Kind { get; } = new("kind");

    public Option<string> Broker { get; } = new("--broker") { Required = true };

    public Option<string?> Results { get; } = new("--results");

    public Option<string> Queue { get; } = new("--queue") { Required = true };

    public Command Create(string name, params IEnumerable<Option> options)
    {
        var command = new Command(name) { Kind, Broker, Results, Queue };
        command.Hidden = true;
        foreach (var option in options)
        {
            command.Add(option);
        }

        return command;
    }
}
