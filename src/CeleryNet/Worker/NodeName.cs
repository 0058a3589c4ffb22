using System.Text;

namespace CeleryNet.Worker;

/// <summary>
/// Completes and expands node names: <c>%h</c> host name, <c>%n</c> its first part, <c>%d</c> its domain, <c>%%</c> a per cent sign; <c>%i</c> and <c>%I</c>, the
/// number of a child process, as a process without children has it. celery/utils/nodenames.py default_nodename, host_format
/// </summary>
internal static class NodeName
{
    /// <exception cref="CeleryConfigurationException">The format is empty or has an unknown expansion.</exception>
    public static string Expand(string format, string machineName)
    {
        if (string.IsNullOrWhiteSpace(format))
        {
            throw new CeleryConfigurationException("Hostname must not be empty; 'celery@%h' would work.");
        }

        // What stands alone is the host: celery@math, not math@….
        var at = format.IndexOf('@', StringComparison.Ordinal);
        var (name, host) = at < 0 ? ("", format) : (format[..at], format[(at + 1)..]);
        var complete = $"{(name.Length == 0 ? "celery" : name)}@{(host.Length == 0 ? "%h" : host)}";

        var dot = machineName.IndexOf('.', StringComparison.Ordinal);
        var text = new StringBuilder();
        for (var i = 0; i < complete.Length; i++)
        {
            if (complete[i] != '%')
            {
                text.Append(complete[i]);
                continue;
            }

            text.Append((i + 1 < complete.Length ? complete[++i] : '\0') switch
            {
                'h' => machineName,
                'n' => dot < 0 ? machineName : machineName[..dot],
                'd' => dot < 0 ? "" : machineName[(dot + 1)..],
                'i' => "0",
                'I' => "",
                '%' => "%",
                _ => throw new CeleryConfigurationException($"Hostname '{format}' has an unknown expansion; %h, %n, %d, %i, %I and %% are known."),
            });
        }

        return text.ToString();
    }
}
