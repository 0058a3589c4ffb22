using CeleryNet.Extensibility;

namespace CeleryNet.Protocol;

/// <summary>How messages are written unless a call says otherwise.</summary>
/// <param name="Serializer">The serializer (<c>task_serializer</c>).</param>
/// <param name="Compression">The compression (<c>task_compression</c>); null for none.</param>
/// <param name="Protocol">1 or 2 (<c>task_protocol</c>).</param>
/// <param name="Utc">What protocol 1 says of <c>enable_utc</c>.</param>
internal sealed record TaskMessageFormat(CelerySerializer Serializer, CeleryCompression? Compression = null, int Protocol = 2, bool Utc = true);
