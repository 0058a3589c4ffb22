using System.Globalization;

namespace CeleryNet.Client;

/// <summary>How this process calls itself as a sender: <c>gen&lt;pid&gt;@&lt;host&gt;</c>. celery/utils/nodenames.py anon_nodename</summary>
internal static class ProcessOrigin
{
    public static string Create()
        => string.Create(CultureInfo.InvariantCulture, $"gen{Environment.ProcessId}@{Environment.MachineName}");
}
