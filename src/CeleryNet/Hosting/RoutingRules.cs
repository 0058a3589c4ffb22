using CeleryNet.Routing;
using Microsoft.Extensions.Options;

namespace CeleryNet.Hosting;

/// <summary>What the options of queues and routes must keep to, the brokers' own rules among them: better told at the start than by a closed channel.</summary>
internal static class RoutingRules
{
    private static readonly string[] _commonTypes = [ExchangeSpec.Direct, ExchangeSpec.Topic, ExchangeSpec.Fanout];

    public static void Check(ValidateOptionsResultBuilder result, CeleryOptions options)
    {
        var knowsAnyType = IsAmqp(options.BrokerRead ?? options.Broker) && IsAmqp(options.BrokerWrite ?? options.Broker);
        CheckName(result, nameof(options.DefaultExchange), options.DefaultExchange);
        CheckType(result, nameof(options.DefaultExchangeType), options.DefaultExchangeType, knowsAnyType);
        CheckType(result, nameof(options.CreateMissingQueueExchangeType), options.CreateMissingQueueExchangeType, knowsAnyType);
        CheckWord(result, nameof(options.DefaultQueueType), options.DefaultQueueType);
        CheckWord(result, nameof(options.NativeDelayedDeliveryQueueType), options.NativeDelayedDeliveryQueueType);
        CheckWord(result, nameof(options.CreateMissingQueueType), options.CreateMissingQueueType);
        CheckWord(result, nameof(options.DefaultDeliveryMode), options.DefaultDeliveryMode);
        if (options.QueueMaxPriority is < 1 or > 255)
        {
            result.AddError($"must be 1 to 255, was {options.QueueMaxPriority}", nameof(options.QueueMaxPriority));
        }

        foreach (var queue in options.Queues)
        {
            Check(result, queue, knowsAnyType);
        }

        CheckNames(result, options);
    }

    private static bool IsAmqp(string broker)
        => broker.StartsWith("amqp", StringComparison.OrdinalIgnoreCase) || broker.StartsWith("pyamqp", StringComparison.OrdinalIgnoreCase);

    private static void Check(ValidateOptionsResultBuilder result, CeleryQueue queue, bool knowsAnyType)
    {
        var key = $"{nameof(CeleryOptions.Queues)}[{queue.Name}]";
        if (string.IsNullOrWhiteSpace(queue.Name))
        {
            result.AddError("must have a name that is not empty", key);
        }

        CheckType(result, $"{key}.{nameof(queue.ExchangeType)}", queue.ExchangeType ?? ExchangeSpec.Direct, knowsAnyType);
        foreach (var binding in queue.Bindings)
        {
            CheckName(result, $"{key}.{nameof(queue.Bindings)}.{nameof(binding.Exchange)}", binding.Exchange);
            CheckType(result, $"{key}.{nameof(queue.Bindings)}.{nameof(binding.ExchangeType)}", binding.ExchangeType, knowsAnyType);
            if (!knowsAnyType && binding.ExchangeType == ExchangeSpec.Fanout && queue.ExchangeType != ExchangeSpec.Fanout)
            {
                result.AddError(
                    $"must not be fanout with this broker, where such messages are broadcast and lie in no queue; make exchange '{binding.Exchange}' the queue's own Exchange",
                    $"{key}.{nameof(queue.Bindings)}.{nameof(binding.ExchangeType)}");
            }
        }

        if (queue.MaxPriority is < 1 or > 255)
        {
            result.AddError($"must be 1 to 255, was {queue.MaxPriority}", $"{key}.{nameof(queue.MaxPriority)}");
        }

        CheckSpan(result, $"{key}.{nameof(queue.MessageTtl)}", queue.MessageTtl, TimeSpan.Zero);
        CheckSpan(result, $"{key}.{nameof(queue.Expires)}", queue.Expires, TimeSpan.FromMilliseconds(1));
        CheckCount(result, $"{key}.{nameof(queue.MaxLength)}", queue.MaxLength);
        CheckCount(result, $"{key}.{nameof(queue.MaxLengthBytes)}", queue.MaxLengthBytes);
        CheckArguments(result, $"{key}.{nameof(queue.Arguments)}", queue.Arguments);
        CheckArguments(result, $"{key}.{nameof(queue.BindingArguments)}", queue.BindingArguments);
        CheckArguments(result, $"{key}.{nameof(queue.ExchangeArguments)}", queue.ExchangeArguments);
        if (queue.QueueType == QueueType.Quorum || queue.Arguments?.GetValueOrDefault(QueueArguments.Type) is QueueArguments.Quorum)
        {
            CheckQuorum(result, key, queue);
        }
    }

    private static void CheckQuorum(ValidateOptionsResultBuilder result, string key, CeleryQueue queue)
    {
        if (!queue.Durable || queue.AutoDelete)
        {
            result.AddError("must be durable, neither exclusive nor auto-delete, since it is a quorum queue", key);
        }

        if (queue.MaxPriority is not null || queue.Arguments?.ContainsKey(QueueArguments.MaxPriority) is true)
        {
            result.AddError("must not have a MaxPriority, since it is a quorum queue: these have no priorities", key);
        }
    }

    // One name for two queues would make the one that is meant a matter of luck.
    private static void CheckNames(ValidateOptionsResultBuilder result, CeleryOptions options)
    {
        var names = options.Queues.Select(queue => queue.Name).Concat(options.Queues.Select(queue => queue.Alias).OfType<string>());
        foreach (var twice in names.GroupBy(name => name, StringComparer.Ordinal).Where(group => group.Count() > 1))
        {
            result.AddError($"must not have one name or alias twice, had '{twice.Key}'", nameof(options.Queues));
        }

        if (options is { CreateMissingQueues: false, Queues.Count: > 0 } && !names.Contains(options.DefaultQueue))
        {
            result.AddError(
                $"must be among Queues since CreateMissingQueues is off, was '{options.DefaultQueue}'; known: {string.Join(", ", names.Order(StringComparer.Ordinal))}",
                nameof(options.DefaultQueue));
        }
    }

    private static void CheckName(ValidateOptionsResultBuilder result, string key, string? name)
    {
        if (name is not null && string.IsNullOrWhiteSpace(name))
        {
            result.AddError("must not be empty", key);
        }
    }

    private static void CheckType(ValidateOptionsResultBuilder result, string key, string type, bool knowsAnyType)
    {
        if (knowsAnyType ? string.IsNullOrWhiteSpace(type) : !_commonTypes.Contains(type))
        {
            result.AddError($"must be {string.Join(" or ", _commonTypes)}, was '{type}'", key);
        }
    }

    private static void CheckWord<T>(ValidateOptionsResultBuilder result, string key, T value)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            result.AddError($"must be {string.Join(" or ", Enum.GetNames<T>())}, was {value}", key);
        }
    }

    private static void CheckSpan(ValidateOptionsResultBuilder result, string key, TimeSpan? span, TimeSpan least)
    {
        // RabbitMQ's bound, some 49 days.
        var most = TimeSpan.FromMilliseconds(uint.MaxValue);
        if (span < least || span > most)
        {
            result.AddError($"must be {least} to {most}, was {span}", key);
        }
    }

    private static void CheckCount(ValidateOptionsResultBuilder result, string key, long? count)
    {
        if (count < 0)
        {
            result.AddError($"must be 0 or more, was {count}", key);
        }
    }

    private static void CheckArguments(ValidateOptionsResultBuilder result, string key, IReadOnlyDictionary<string, object>? arguments)
    {
        foreach (var (name, value) in arguments ?? new Dictionary<string, object>())
        {
            if (value is not (string or bool or int or long or double))
            {
                result.AddError($"must be texts, whole numbers, floats or booleans, '{name}' was a {value?.GetType().Name ?? "null"}", key);
            }
        }
    }
}
