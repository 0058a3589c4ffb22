namespace CeleryNet.Contract.Tests.Transports;

/// <summary>What the contract asks of a dead letter.</summary>
/// <param name="Reason">Why it is kept.</param>
/// <param name="Body">The body of the message it was.</param>
internal sealed record DeadLetterContent(string Reason, ReadOnlyMemory<byte> Body);
