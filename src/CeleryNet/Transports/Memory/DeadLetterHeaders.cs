namespace CeleryNet.Transports.Memory;

/// <summary>What a dead letter says in addition to the message it was.</summary>
internal static class DeadLetterHeaders
{
    public const string Reason = "x-celerynet-reason";
    public const string Time = "x-celerynet-time";
    public const string Queue = "x-celerynet-queue";
}
