using System.Text.RegularExpressions;

namespace CeleryNet.Routing;

/// <summary>The routes of an application, made ready to be asked at every send. celery/app/routes.py MapRoute, prepare</summary>
internal sealed class RouteTable
{
    private readonly List<Func<RouteRequest, SendOptions?>> _routers = [];

    public RouteTable(CeleryRoutes routes)
    {
        // Routes by name that stand together are one of Celery's tables; a function ends it.
        NameTable? table = null;
        foreach (var rule in routes.Rules)
        {
            if (rule.Function is { } function)
            {
                _routers.Add(function);
                table = null;
                continue;
            }

            if (table is null)
            {
                table = new NameTable();
                _routers.Add(table.Find);
            }

            table.Add(rule);
        }
    }

    /// <summary>The route of a call; null when none fits.</summary>
    public SendOptions? Find(RouteRequest request)
    {
        foreach (var router in _routers)
        {
            if (router(request) is { } route)
            {
                return route.TaskId is null
                    ? route
                    : throw new CeleryConfigurationException($"A route must not set TaskId, which is one call's own; that of task '{request.TaskName}' was '{route.TaskId}'.");
            }
        }

        return null;
    }

    private sealed class NameTable
    {
        private readonly Dictionary<string, SendOptions> _names = new(StringComparer.Ordinal);
        private readonly List<(Regex Pattern, SendOptions Route)> _patterns = [];

        public void Add(CeleryRoutes.Rule rule)
        {
            var route = rule.Options ?? SendOptions.Default;
            if (rule.Expression is { } expression)
            {
                _patterns.Add((expression, route));
            }
            else if (rule.Name is { } name)
            {
                // Only a star makes a pattern: a name with brackets or a question mark is a name.
                if (name.Contains('*', StringComparison.Ordinal))
                {
                    _patterns.Add((GlobPattern.ToRegex(name), route));
                }
                else
                {
                    _names[name] = route;
                }
            }
        }

        public SendOptions? Find(RouteRequest request)
        {
            if (_names.TryGetValue(request.TaskName, out var route))
            {
                return route;
            }

            foreach (var (pattern, options) in _patterns)
            {
                // Python's re.match: at the beginning of the name.
                if (pattern.Match(request.TaskName) is { Success: true, Index: 0 })
                {
                    return options;
                }
            }

            return null;
        }
    }
}
