using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace CeleryNet.Hosting;

/// <summary>Reads routes, queues and the retry policy, which are settings of several parts.</summary>
internal static class RoutingBinding
{
    /// <summary>
    /// Routes, as a table (<c>Routes:&lt;name or pattern&gt; = queue</c>, or with <c>:Queue</c>, <c>:RoutingKey</c>, … below) or as a list, whose parts have
    /// a <c>Task</c> or a <c>Regex</c>. A configuration sorts the keys of a table, so where the order of patterns matters the list is for it.
    /// </summary>
    /// <exception cref="CeleryConfigurationException">A setting cannot be read.</exception>
    public static void BindRoutes(IConfigurationSection section, CeleryRoutes routes)
    {
        foreach (var child in section.GetChildren())
        {
            if (child.Value is { } queue)
            {
                routes.Add(child.Key, queue.Length > 0 ? queue : throw SettingValue.Unfit(child.Path, "a queue", queue));
                continue;
            }

            var group = new SettingGroup(child);
            if (IsIndex(child.Key) && group.Has("Regex"))
            {
                var expression = ReadExpression($"{child.Path}:Regex", group.Required("Regex"));
                routes.Add(expression, ReadRoute(group));
            }
            else
            {
                var task = IsIndex(child.Key) ? group.Required("Task") : child.Key;
                routes.Add(task, ReadRoute(group));
            }
        }
    }

    /// <summary>Queues, as names (<c>a,b</c>), as a table by their names, or as a list, whose parts have a <c>Name</c>.</summary>
    /// <exception cref="CeleryConfigurationException">A setting cannot be read.</exception>
    public static IList<CeleryQueue> ReadQueues(IConfigurationSection section)
    {
        if (section.Value is { } names)
        {
            return [.. SettingValue.List(names).Select(name => new CeleryQueue(name))];
        }

        return [.. section.GetChildren().Select(ReadQueue)];
    }

    /// <exception cref="CeleryConfigurationException">A setting cannot be read.</exception>
    public static PublishRetryPolicy ReadRetryPolicy(IConfigurationSection section)
    {
        var group = new SettingGroup(section);
        var policy = new PublishRetryPolicy();
        try
        {
            policy = new PublishRetryPolicy
            {
                // Python's None, which a configuration has no word for, is no number at all.
                MaxRetries = group.Number("MaxRetries") ?? policy.MaxRetries,
                IntervalStart = group.Span("IntervalStart") ?? policy.IntervalStart,
                IntervalStep = group.Span("IntervalStep") ?? policy.IntervalStep,
                IntervalMax = group.Span("IntervalMax") ?? policy.IntervalMax,
            };
        }
        catch (ArgumentOutOfRangeException error)
        {
            throw new CeleryConfigurationException($"{section.Path}: {error.Message}", error);
        }

        group.RejectOthers();
        return policy;
    }

    private static CeleryQueue ReadQueue(IConfigurationSection section)
    {
        if (IsIndex(section.Key) && section.Value is { } name)
        {
            return new CeleryQueue(name);
        }

        var group = new SettingGroup(section);
        var queue = new CeleryQueue(IsIndex(section.Key) ? group.Required("Name") : section.Key);
        queue = queue with
        {
            Alias = group.Text("Alias"),
            Exchange = group.Text("Exchange"),
            ExchangeType = group.Text("ExchangeType"),
            ExchangeDurable = group.Flag("ExchangeDurable") ?? queue.ExchangeDurable,
            ExchangeAutoDelete = group.Flag("ExchangeAutoDelete") ?? queue.ExchangeAutoDelete,
            ExchangeArguments = group.Arguments("ExchangeArguments"),
            RoutingKey = group.Text("RoutingKey", "binding_key"),
            BindingArguments = group.Arguments("BindingArguments"),
            Bindings = [.. group.Groups("Bindings").Select(ReadBinding)],
            Durable = group.Flag("Durable") ?? queue.Durable,
            AutoDelete = group.Flag("AutoDelete") ?? queue.AutoDelete,
            Exclusive = group.Flag("Exclusive") ?? queue.Exclusive,
            QueueType = group.Word<QueueType>("QueueType"),
            MaxPriority = group.Number("MaxPriority"),
            MessageTtl = group.Span("MessageTtl"),
            Expires = group.Span("Expires"),
            MaxLength = group.Number("MaxLength"),
            MaxLengthBytes = group.Number("MaxLengthBytes"),
            Arguments = group.Arguments("Arguments", "queue_arguments"),
            DeliveryMode = group.Word<DeliveryMode>("DeliveryMode"),
            NoDeclare = group.Flag("NoDeclare") ?? queue.NoDeclare,
        };
        group.RejectOthers();
        return queue;
    }

    private static CeleryQueueBinding ReadBinding(SettingGroup group)
    {
        var binding = new CeleryQueueBinding(group.Required("Exchange"), group.Text("RoutingKey") ?? "", group.Text("ExchangeType") ?? "direct")
        {
            Arguments = group.Arguments("Arguments"),
        };
        group.RejectOthers();
        return binding;
    }

    private static SendOptions ReadRoute(SettingGroup group)
    {
        var route = new SendOptions
        {
            Queue = group.Text("Queue"),
            Exchange = group.Text("Exchange"),
            RoutingKey = group.Text("RoutingKey"),
            Priority = group.Number("Priority"),
            DeliveryMode = group.Word<DeliveryMode>("DeliveryMode"),
            Serializer = group.Text("Serializer"),
            Compression = group.Text("Compression"),
            Retry = group.Flag("Retry"),
            Countdown = group.Span("Countdown"),
            ExpiresAfter = group.Span("ExpiresAfter", "expires"),
            IgnoreResult = group.Flag("IgnoreResult"),
            TimeLimit = group.Span("TimeLimit"),
            SoftTimeLimit = group.Span("SoftTimeLimit"),
            Shadow = group.Text("Shadow"),
        };
        group.RejectOthers();
        return route;
    }

    private static Regex ReadExpression(string key, string text)
    {
        try
        {
            return new Regex(text, RegexOptions.CultureInvariant);
        }
        catch (ArgumentException error)
        {
            throw new CeleryConfigurationException($"{key} must be a regular expression, was '{text}': {error.Message}", error);
        }
    }

    private static bool IsIndex(string key) => int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out _);
}
