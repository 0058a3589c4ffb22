using CeleryNet.Protocol;

namespace CeleryNet.Serializers.Tests.Vectors;

/// <summary>Readers that accept whatever a captured message may hold.</summary>
internal static class VectorReaders
{
    public static TaskMessageReader Tasks { get; } = new(TimeZoneInfo.Utc, 1024 * 1024);
}
