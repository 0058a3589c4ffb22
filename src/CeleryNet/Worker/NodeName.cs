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

        var dot = machineName.IndexOf('.', StringComparison.Ordinal);
        var text = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                text.Append(format[i]);
                continue;
            }

            text.Append((i + 1 < format.Length ? format[++i] : '\0') switch
            {
                'h' => machineName,
                'n' => dot < 0 ? machineName : machineName[..dot],
                'd' => dot < 0 ? "" : machineName[(dot + 1)..],
                '%' => "%",
                _ => throw new CeleryConfigurationException($"Hostname '{format}' has an unknown expansion; %h, %n, %d and %% are known."),
            });
        }

        return text.ToString().Contains('@', StringComparison.Ordinal) ? text.ToString() : $"{text}@{machineName}";
    }
}
