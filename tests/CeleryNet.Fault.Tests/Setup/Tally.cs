using System.Globalization;

namespace CeleryNet.Fault.Tests.Setup;

/// <summary>What became of all calls of a test.</summary>
internal sealed record Tally
{
    /// <summary>Sends that returned.</summary>
    public required int Confirmed { get; init; }

    /// <summary>Sends that threw. Their messages may be there or not.</summary>
    public required int Refused { get; init; }

    /// <summary>Confirmed calls that did all their work at least once.</summary>
    public required int Executed { get; init; }

    /// <summary>Refused calls that did all their work: the message was there, its confirm was not.</summary>
    public required int ExecutedThoughRefused { get; init; }

    /// <summary>Runs that did all their work although another one of the same task had.</summary>
    public required int Duplicates { get; init; }

    /// <summary>Runs that began before their time.</summary>
    public required int Early { get; init; }

    /// <summary>Confirmed calls whose success the sender has seen.</summary>
    public required int Results { get; init; }

    public int Lost => Confirmed - Executed;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Confirmed} confirmed, {Refused} refused ({ExecutedThoughRefused} of them executed), {Executed} executed, {Lost} lost, {Duplicates} duplicates, {Results} results");
}
