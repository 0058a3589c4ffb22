using System.Reflection;

namespace CeleryNet.Events;

/// <summary>What workers say they are. celery/worker/state.py SOFTWARE_INFO</summary>
internal static class Software
{
    /// <summary>Python's calls itself <c>py-celery</c>.</summary>
    public const string Name = "dotnet-celery";

    /// <summary>The version of this library.</summary>
    public static string Version { get; } = ReadVersion();

    /// <summary>The system, by Python's names for it.</summary>
    public static string System { get; } = OperatingSystem.IsWindows() ? "Windows" : OperatingSystem.IsMacOS() ? "Darwin" : OperatingSystem.IsFreeBSD() ? "FreeBSD" : "Linux";

    // Without the commit behind the plus.
    private static string ReadVersion()
        => typeof(Software).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";
}
