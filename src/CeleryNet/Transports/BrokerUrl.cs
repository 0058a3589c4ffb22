using System.Globalization;
using System.Text;

namespace CeleryNet.Transports;

/// <summary>
/// A broker's or backend's URL as kombu reads it: <c>scheme://user:password@host:port/path?query</c>, parts percent-decoded.
/// kombu/utils/url.py, kombu/connection.py
/// </summary>
internal sealed record BrokerUrl
{
    private BrokerUrl()
    {
    }

    /// <summary>Lower case, as written: <c>amqp</c>, <c>rediss</c>, …</summary>
    public required string Scheme { get; init; }

    /// <summary>The host; <c>localhost</c> when the URL names none.</summary>
    public required string Host { get; init; }

    /// <summary>The port; null for the scheme's default.</summary>
    public int? Port { get; init; }

    public string? User { get; init; }

    public string? Password { get; init; }

    /// <summary>What stands between the host and the query, decoded, without the slash that follows the host; empty when there is nothing.</summary>
    public string Path { get; init; } = "";

    public IReadOnlyDictionary<string, string> Query { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether the options ask for TLS where the scheme does not.</summary>
    public bool RequiresTls { get; init; }

    public bool UsesTls => RequiresTls || Scheme is "amqps" or "rediss" or "pyamqps";

    /// <summary>AMQP: the virtual host; a missing or empty path is <c>/</c>.</summary>
    public string VirtualHost => Path is "" or "/" ? "/" : Path;

    /// <summary>Redis: the database number; 0 when the path is missing.</summary>
    /// <exception cref="CeleryConfigurationException">The path is not a number.</exception>
    public int Database
    {
        get
        {
            var path = Query.TryGetValue("virtual_host", out var virtualHost) ? virtualHost : Path;
            path = path.Trim('/');
            if (path.Length == 0)
            {
                return 0;
            }

            return int.TryParse(path, NumberStyles.None, CultureInfo.InvariantCulture, out var database)
                ? database
                : throw new CeleryConfigurationException(
                    $"The path of '{this}' must be a Redis database number such as /0, was '/{path}'.");
        }
    }

    /// <summary>Reads one URL, or several separated by <c>;</c> that stand in for each other.</summary>
    /// <exception cref="CeleryConfigurationException">The text is not such a URL.</exception>
    public static IReadOnlyList<BrokerUrl> ParseList(string text)
    {
        var urls = text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Parse).ToArray();
        if (urls.Length == 0)
        {
            throw new CeleryConfigurationException("A broker or backend URL must not be empty; 'redis://localhost:6379/0' would work.");
        }

        return urls;
    }

    /// <summary>Reads one URL.</summary>
    /// <exception cref="CeleryConfigurationException">The text is not such a URL.</exception>
    public static BrokerUrl Parse(string text)
    {
        var schemeEnd = text.IndexOf("://", StringComparison.Ordinal);
        if (schemeEnd <= 0)
        {
            throw new CeleryConfigurationException(
                $"'{HidePassword(text)}' is not a URL: it must start with a scheme, as in 'amqp://guest@localhost//' or 'redis://localhost:6379/0'.");
        }

        var scheme = text[..schemeEnd].ToLowerInvariant();
        var rest = text[(schemeEnd + 3)..];

        var queryStart = rest.IndexOf('?', StringComparison.Ordinal);
        var query = queryStart < 0 ? "" : rest[(queryStart + 1)..];
        rest = queryStart < 0 ? rest : rest[..queryStart];

        // redis+socket:///path/to.sock has no host, all is path.
        var pathStart = rest.IndexOf('/', StringComparison.Ordinal);
        var authority = pathStart < 0 ? rest : rest[..pathStart];
        var path = pathStart < 0 ? "" : rest[(pathStart + 1)..];

        var at = authority.LastIndexOf('@');
        var credentials = at < 0 ? "" : authority[..at];
        var endpoint = authority[(at + 1)..];
        var colon = credentials.IndexOf(':', StringComparison.Ordinal);
        var user = colon < 0 ? credentials : credentials[..colon];
        var password = colon < 0 ? null : credentials[(colon + 1)..];

        var (host, port) = ReadEndpoint(endpoint, text);
        return new BrokerUrl
        {
            Scheme = scheme,
            Host = host.Length == 0 ? "localhost" : host,
            Port = port,
            User = user.Length == 0 ? null : Uri.UnescapeDataString(user),
            Password = string.IsNullOrEmpty(password) ? null : Uri.UnescapeDataString(password),
            Path = Uri.UnescapeDataString(path),
            Query = ReadQuery(query),
        };
    }

    /// <summary>The URL without its password, for messages and logs.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Scheme).Append("://");
        if (User is not null || Password is not null)
        {
            text.Append(User);
            if (Password is not null)
            {
                text.Append(":**");
            }

            text.Append('@');
        }

        text.Append(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host);
        if (Port is { } port)
        {
            text.Append(CultureInfo.InvariantCulture, $":{port}");
        }

        return text.Append('/').Append(Path).ToString();
    }

    private static (string Host, int? Port) ReadEndpoint(string endpoint, string text)
    {
        var colon = endpoint.StartsWith('[') ? endpoint.IndexOf("]:", StringComparison.Ordinal) + 1 : endpoint.LastIndexOf(':');
        if (colon < 0 || (colon == 0 && !endpoint.StartsWith(':')))
        {
            return (endpoint.Trim('[', ']'), null);
        }

        return (endpoint[..colon].Trim('[', ']'), ReadPort(endpoint[(colon + 1)..], text));
    }

    private static int? ReadPort(string text, string url)
    {
        if (text.Length == 0)
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535
            ? port
            : throw new CeleryConfigurationException($"The port in '{HidePassword(url)}' must be a number from 1 to 65535, was '{text}'.");
    }

    private static Dictionary<string, string> ReadQuery(string query)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var key = Uri.UnescapeDataString(equals < 0 ? part : part[..equals]);
            values[key] = equals < 0 ? "" : Uri.UnescapeDataString(part[(equals + 1)..].Replace('+', ' '));
        }

        return values;
    }

    // A text that could not be read as a URL may still hold a password: whatever stands before an @ is left out.
    private static string HidePassword(string text)
    {
        var at = text.LastIndexOf('@');
        return at < 0 ? text : "…" + text[at..];
    }
}
