namespace CeleryNet.Hosting;

/// <summary>A middleware of tasks: its type, in the order of registration. It is made in the scope of each run.</summary>
internal sealed record TaskMiddlewareType(Type Type);
