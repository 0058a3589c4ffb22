using System.Text.RegularExpressions;

namespace CeleryNet;

/// <summary>
/// Where calls go by the names of their tasks (<c>task_routes</c>). Routes are asked in the order in which they were added; the first that fits decides.
/// Among routes by name that follow each other, an exact name goes before every pattern, as in one of Celery's route tables.
/// </summary>
/// <remarks>
/// A route is a <see cref="SendOptions"/>: mostly a queue, or an exchange and a routing key, but any option may be in it. What the call or the task's
/// declaration sets goes before it. Not safe for concurrent changes; read once, when the client is made.
/// </remarks>
public sealed class CeleryRoutes
{
    private readonly List<Rule> _rules = [];

    /// <summary>How many routes there are.</summary>
    public int Count => _rules.Count;

    internal IReadOnlyList<Rule> Rules => _rules;

    /// <summary>Sends the calls of a task, or of all tasks whose names fit a pattern, to a queue.</summary>
    /// <param name="task">
    /// A name, or a pattern if it has a <c>*</c>: <c>*</c> stands for any characters, dots too, <c>?</c> for one, <c>[ab]</c> for one of these, <c>[!ab]</c>
    /// for one that is none of these. Given again, it replaces the route it had.
    /// </param>
    /// <param name="queue">The queue's name.</param>
    /// <exception cref="ArgumentException">A text is empty.</exception>
    public CeleryRoutes Add(string task, string queue)
    {
        ArgumentException.ThrowIfNullOrEmpty(queue);
        return Add(task, new SendOptions { Queue = queue });
    }

    /// <summary>Gives options to the calls of a task, or of all tasks whose names fit a pattern.</summary>
    /// <param name="task"><inheritdoc cref="Add(string, string)" path="/param[@name='task']" /></param>
    /// <param name="route">The options of calls that do not set them.</param>
    /// <exception cref="ArgumentException">The name is empty, or the route has a task id.</exception>
    public CeleryRoutes Add(string task, SendOptions route)
    {
        ArgumentException.ThrowIfNullOrEmpty(task);
        var rule = new Rule(Checked(route)) { Name = task };
        var place = _rules.FindIndex(each => each.Name == task);
        if (place < 0)
        {
            _rules.Add(rule);
        }
        else
        {
            _rules[place] = rule;
        }

        return this;
    }

    /// <summary>Gives options to the calls of all tasks whose names fit an expression.</summary>
    /// <param name="tasks">An expression that matches at the beginning of a name, as Python's <c>re.match</c>; its end need not be the name's.</param>
    /// <param name="route">The options of calls that do not set them.</param>
    /// <exception cref="ArgumentException">The route has a task id.</exception>
    public CeleryRoutes Add(Regex tasks, SendOptions route)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        _rules.Add(new Rule(Checked(route)) { Expression = tasks });
        return this;
    }

    /// <summary>Asks a function.</summary>
    /// <param name="router">Gives the route of a call, or null when it has none. It is called at every send, concurrently; what it throws, the send throws.</param>
    public CeleryRoutes Add(Func<RouteRequest, SendOptions?> router)
    {
        ArgumentNullException.ThrowIfNull(router);
        _rules.Add(new Rule(null) { Function = router });
        return this;
    }

    /// <summary>Removes all routes.</summary>
    public void Clear() => _rules.Clear();

    /// <summary>What the routes are for, in their order.</summary>
    public override string ToString() => string.Join(", ", _rules.Select(rule => rule.Name ?? rule.Expression?.ToString() ?? "(function)"));

    private static SendOptions Checked(SendOptions route)
    {
        ArgumentNullException.ThrowIfNull(route);
        return route.TaskId is null
            ? route
            : throw new ArgumentException($"A route must not set TaskId, which is one call's own; was '{route.TaskId}'.", nameof(route));
    }

    /// <summary>One route: by name or pattern, by expression, or by a function, which makes its options itself.</summary>
    internal sealed record Rule(SendOptions? Options)
    {
        public string? Name { get; init; }

        public Regex? Expression { get; init; }

        public Func<RouteRequest, SendOptions?>? Function { get; init; }
    }
}
