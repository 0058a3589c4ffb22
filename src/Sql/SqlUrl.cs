namespace CeleryNet.Sql;

/// <summary>The URL of a database as SQLAlchemy has it, parts percent-decoded: <c>dialect+driver://user:password@host:port/database?option=value</c>.</summary>
internal sealed record SqlUrl(string? User, string? Password, string? Host, int? Port, string Database, IReadOnlyDictionary<string, string> Query)
{
    /// <exception cref="CeleryConfigurationException">It is no such URL.</exception>
    public static SqlUrl Parse(string url)
    {
        var start = url.IndexOf("://", StringComparison.Ordinal);
        if (start < 0)
        {
            throw new CeleryConfigurationException("The URL of a database must have the form 'db+postgresql://user:password@host/database' or 'db+sqlite:////path/to/file'; what is configured has no '://'.");
        }

        var rest = url[(start + 3)..];
        var (body, query) = Split(rest, rest.IndexOf('?', StringComparison.Ordinal));
        var (authority, database) = Split(body, body.IndexOf('/', StringComparison.Ordinal));
        var at = authority.LastIndexOf('@');
        var (user, password) = at < 0 ? ("", "") : Split(authority[..at], authority.IndexOf(':', StringComparison.Ordinal) is var colon && colon < at ? colon : -1);
        var (host, port) = SplitPort(authority[(at + 1)..]);
        return new SqlUrl(Decode(user), Decode(password), Decode(host), port, Uri.UnescapeDataString(database), ReadQuery(query));
    }

    private static (string Before, string After) Split(string text, int place) => place < 0 ? (text, "") : (text[..place], text[(place + 1)..]);

    private static (string Host, int? Port) SplitPort(string endpoint)
    {
        var colon = endpoint.LastIndexOf(':');
        if (colon <= endpoint.LastIndexOf(']') || colon == endpoint.Length - 1)
        {
            return (endpoint.Trim('[', ']', ':'), null);
        }

        return int.TryParse(endpoint[(colon + 1)..], out var port) && port is > 0 and <= 65535
            ? (endpoint[..colon].Trim('[', ']'), port)
            : throw new CeleryConfigurationException($"The port of a database must be a number from 1 to 65535, was '{endpoint[(colon + 1)..]}'.");
    }

    private static string? Decode(string text) => text.Length == 0 ? null : Uri.UnescapeDataString(text);

    private static Dictionary<string, string> ReadQuery(string query)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = Split(part, part.IndexOf('=', StringComparison.Ordinal));
            values[Uri.UnescapeDataString(name)] = Uri.UnescapeDataString(value.Replace('+', ' '));
        }

        return values;
    }
}
