using System.Text.Json;

namespace CeleryNet.Results;

/// <summary>What every result handle of one client shares.</summary>
internal sealed record ResultAccess(IResultBackend Backend, JsonSerializerOptions SerializerOptions, TimeSpan ResultExpires, TimeProvider Time);
