using System.Text;

namespace CeleryNet.Worker;

/// <summary>Expands node names: <c>%h</c> host name, <c>%n</c> its first part, <c>%d</c> its domain, <c>%%</c> a per cent sign. celery/utils/nodenames.py host_format</summary>
internal static class NodeName
{
    /// <exception cref="CeleryConfigurationException">The format is empty or has an unknown expansion.</exception>
    public static string Expand(string format, string machineName)
    {
        if (string.IsNullOrWhiteSpace(format))
        {
            throw new CeleryConfigurationException("Hostname must not be empty; 'celery@%h' would work.");
        }

        var (first, domain) = Split(machineName, '.');
        var text = Expand("Hostname", format, "%h, %n, %d and %%", code => code switch
        {
            'h' => machineName,
            'n' => first,
            'd' => domain,
            _ => null,
        });
        return text.Contains('@', StringComparison.Ordinal) ? text : $"{text}@{machineName}";
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
