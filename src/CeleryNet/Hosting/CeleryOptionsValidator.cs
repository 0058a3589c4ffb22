using CeleryNet.Extensibility;
using CeleryNet.Results;
using CeleryNet.Transports;
using Microsoft.Extensions.Options;

namespace CeleryNet.Hosting;

/// <summary>Checks the options when the host starts; each failure names the key, the rule and the value.</summary>
internal sealed class CeleryOptionsValidator(
    IEnumerable<CelerySerializer> serializers,
    IEnumerable<CeleryCompression> compressions,
    IEnumerable<ResultBackendRegistration> resultBackends) : IValidateOptions<CeleryOptions>
{
    public ValidateOptionsResult Validate(string? name, CeleryOptions options)
    {
        var result = new ValidateOptionsResultBuilder();
        CheckBroker(result, nameof(options.Broker), options.Broker);
        CheckSplit(result, options);
        ConnectionRules.Check(result, options);
        CheckRange(result, nameof(options.RedisSocketTimeout), options.RedisSocketTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10));
        if (options.RedisConnectTimeout is { } redisConnectTimeout)
        {
            CheckRange(result, nameof(options.RedisConnectTimeout), redisConnectTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10));
        }

        if (options.ResultBackend is { } backend)
        {
            CheckResultBackend(result, backend);
        }

        if (string.IsNullOrWhiteSpace(options.DefaultQueue))
        {
            result.AddError("must not be empty; 'celery' would work", nameof(options.DefaultQueue));
        }

        if (options.DefaultPriority is < 0 or > 255)
        {
            result.AddError($"must be 0 to 255, was {options.DefaultPriority}", nameof(options.DefaultPriority));
        }

        RoutingRules.Check(result, options);
        CheckRange(result, nameof(options.ResultExpires), options.ResultExpires, TimeSpan.Zero, TimeSpan.FromDays(365));
        CheckRange(
            result, nameof(options.ResultChordRetryInterval), options.ResultChordRetryInterval, TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1));
        CheckControl(result, options);
        CheckEvents(result, options);
        CheckRange(result, nameof(options.PublishTimeout), options.PublishTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1));
        CheckRange(result, nameof(options.PublishConcurrency), options.PublishConcurrency, 1, 10_000);
        CheckRange(result, nameof(options.ConnectTimeout), options.ConnectTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10));
        if (options.ConnectMaxRetries < 0)
        {
            result.AddError($"must be 0 or more, or null for no bound, was {options.ConnectMaxRetries}", nameof(options.ConnectMaxRetries));
        }

        CheckResultStore(result, options);
        CheckRange(result, nameof(options.Heartbeat), options.Heartbeat, TimeSpan.Zero, TimeSpan.FromHours(1));
        CheckRange(result, nameof(options.VisibilityTimeout), options.VisibilityTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromDays(30));
        if (options.MaxBodySize is < 1024 or > 1024 * 1024 * 1024)
        {
            result.AddError($"must be 1024 to 1073741824 bytes, was {options.MaxBodySize}", nameof(options.MaxBodySize));
        }

        CheckRange(result, nameof(options.MaxDepth), options.MaxDepth, 8, 1000);
        CheckRange(result, nameof(options.MaxCompressionRatio), options.MaxCompressionRatio, 2, 1_000_000);
        CheckRange(result, nameof(options.TaskProtocol), options.TaskProtocol, 1, 2);
        CheckContent(result, options);

        if (options.PrioritySteps is not [0, ..] || options.PrioritySteps.Any(step => step is < 0 or > 9)
            || !options.PrioritySteps.SequenceEqual(options.PrioritySteps.Distinct().Order()))
        {
            result.AddError($"must ascend from 0 to at most 9, was [{string.Join(", ", options.PrioritySteps)}]", nameof(options.PrioritySteps));
        }

        if (options.TimeZone is { } zone && !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
        {
            result.AddError($"must be a time zone of this system such as 'Europe/Rome', was '{options.TimeZone}'", nameof(options.TimeZone));
        }

        return result.Build();
    }

    private static void CheckResultStore(ValidateOptionsResultBuilder result, CeleryOptions options)
    {
        if (options.ResultStoreMaxRetries < 0)
        {
            result.AddError($"must be 0 or more, or null for no bound, was {options.ResultStoreMaxRetries}", nameof(options.ResultStoreMaxRetries));
        }

        var (least, most) = (TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1));
        CheckRange(result, nameof(options.ResultStoreRetryDelay), options.ResultStoreRetryDelay, least, most);
        CheckRange(result, nameof(options.ResultStoreRetryMaxDelay), options.ResultStoreRetryMaxDelay, least, most);
        if (options.ResultStoreRetryMaxDelay < options.ResultStoreRetryDelay)
        {
            result.AddError(
                $"must be no less than ResultStoreRetryDelay ({options.ResultStoreRetryDelay}), was {options.ResultStoreRetryMaxDelay}",
                nameof(options.ResultStoreRetryMaxDelay));
        }
    }

    private static void CheckControl(ValidateOptionsResultBuilder result, CeleryOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.ControlExchange))
        {
            result.AddError("must not be empty; 'celery' would work", nameof(options.ControlExchange));
        }

        // RabbitMQ counts both in milliseconds, as a signed number of 32 bits.
        CheckRange(result, nameof(options.ControlQueueTtl), options.ControlQueueTtl, TimeSpan.Zero, TimeSpan.FromDays(24));
        CheckRange(result, nameof(options.ControlQueueExpires), options.ControlQueueExpires, TimeSpan.FromSeconds(1), TimeSpan.FromDays(24));
        if (options.ControlQueueExclusive && options.ControlQueueDurable)
        {
            result.AddError($"must not be true together with {nameof(options.ControlQueueDurable)}; choose one", nameof(options.ControlQueueExclusive));
        }
    }

    private static void CheckEvents(ValidateOptionsResultBuilder result, CeleryOptions options)
    {
        foreach (var (key, value) in new[] { (nameof(options.EventExchange), options.EventExchange), (nameof(options.EventQueuePrefix), options.EventQueuePrefix) })
        {
            if (string.IsNullOrWhiteSpace(value))
            {
                result.AddError("must not be empty; 'celeryev' would work", key);
            }
        }

        CheckRange(result, nameof(options.EventQueueTtl), options.EventQueueTtl, TimeSpan.Zero, TimeSpan.FromDays(24));
        CheckRange(result, nameof(options.EventQueueExpires), options.EventQueueExpires, TimeSpan.FromSeconds(1), TimeSpan.FromDays(24));
        if (options.EventQueueExclusive && options.EventQueueDurable)
        {
            result.AddError($"must not be true together with {nameof(options.EventQueueDurable)}; choose one", nameof(options.EventQueueExclusive));
        }
    }

    // A client alone makes its transport only when it first sends: brokers that do not go together would show as late as that.
    private static void CheckBroker(ValidateOptionsResultBuilder result, string key, string value)
    {
        try
        {
            TransportFactory.Kind(BrokerUrl.ParseList(value));
        }
        catch (CeleryConfigurationException error)
        {
            result.AddError(error.Message, key);
        }
    }

    private static void CheckSplit(ValidateOptionsResultBuilder result, CeleryOptions options)
    {
        foreach (var (key, value) in new[] { (nameof(options.BrokerRead), options.BrokerRead), (nameof(options.BrokerWrite), options.BrokerWrite) })
        {
            if (value is not null)
            {
                CheckBroker(result, key, value);
            }
        }
    }

    private void CheckResultBackend(ValidateOptionsResultBuilder result, string value)
    {
        const string Key = nameof(CeleryOptions.ResultBackend);
        if (ResultBackendFactory.FindAdded(value, resultBackends) is not null)
        {
            return;
        }

        if (ResultBackendRegistration.SchemeOf(value) is var database && (database is "django-db" || database.StartsWith("db+", StringComparison.Ordinal) || database.StartsWith("django-db+", StringComparison.Ordinal)))
        {
            result.AddError(
                $"has the unknown scheme '{database}'; AddPostgreSqlResults() of the package CeleryNet.PostgreSql and AddSqliteResults() of the package CeleryNet.Sqlite add databases",
                Key);
            return;
        }

        string[] schemes = [.. ResultBackendFactory.Schemes, .. resultBackends.Select(backend => backend.Scheme).Distinct()];
        try
        {
            foreach (var url in BrokerUrl.ParseList(value))
            {
                if (!schemes.Contains(url.Scheme))
                {
                    result.AddError($"has the unknown scheme '{url.Scheme}' in '{url}'; known: {string.Join(", ", schemes)}", Key);
                }
            }
        }
        catch (CeleryConfigurationException error)
        {
            result.AddError(error.Message, Key);
        }
    }

    // Whether the names are known is seen when the codecs are made of them, which is here.
    private void CheckContent(ValidateOptionsResultBuilder result, CeleryOptions options)
    {
        if (options.AcceptContent.Count == 0)
        {
            result.AddError("must name at least one serializer; 'json' would work", nameof(options.AcceptContent));
            return;
        }

        try
        {
            ContentCodecs.Create(options, serializers, compressions);
        }
        catch (CeleryConfigurationException error)
        {
            result.AddError(error.Message);
        }
    }

    private static void CheckRange(ValidateOptionsResultBuilder result, string key, int value, int least, int most)
    {
        if (value < least || value > most)
        {
            result.AddError($"must be {least} to {most}, was {value}", key);
        }
    }

    private static void CheckRange(ValidateOptionsResultBuilder result, string key, TimeSpan value, TimeSpan least, TimeSpan most)
    {
        if (value < least || value > most)
        {
            result.AddError($"must be {least} to {most}, was {value}", key);
        }
    }
}
