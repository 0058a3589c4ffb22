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

        var (first, domain) = Split(machineName, '.');
        return Expand("Hostname", complete, "%h, %n, %d, %i, %I and %%", code => code switch
        {
            'h' => machineName,
            'n' => first,
            'd' => domain,
            'i' => "0",
            'I' => "",
            _ => null,
        });
    }

    /// <summary>
    /// Expands the path of a file that belongs to a node: <c>%h</c> host name, <c>%d</c> its domain, <c>%n</c> the part of the node's name before the host,
    /// <c>%p</c> the whole name. celery/utils/nodenames.py node_format
    /// </summary>
    /// <exception cref="CeleryConfigurationException">The path is empty or has an unknown expansion.</exception>
    public static string ExpandPath(string format, string hostname)
    {
        if (string.IsNullOrWhiteSpace(format))
        {
            throw new CeleryConfigurationException("StateDb must not be empty; '/var/lib/worker/%n.state' would work.");
        }

        var (name, host) = Split(hostname, '@');
        return Expand("StateDb", format, "%h, %n, %d, %p and %%", code => code switch
        {
            'h' => host,
            'n' => name,
            'd' => Split(host, '.').After,
            'p' => hostname,
            _ => null,
        });
    }

    private static string Expand(string key, string format, string known, Func<char, string?> valueOf)
    {
        var text = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                text.Append(format[i]);
                continue;
            }

            var code = i + 1 < format.Length ? format[++i] : '\0';
            text.Append(code == '%' ? "%" : valueOf(code)
                ?? throw new CeleryConfigurationException($"{key} '{format}' has an unknown expansion; {known} are known."));
        }

        return text.ToString();
    }

    private static (string Before, string After) Split(string text, char separator)
    {
        var at = text.IndexOf(separator, StringComparison.Ordinal);
        return at < 0 ? (text, "") : (text[..at], text[(at + 1)..]);
    }
}
