using CeleryNet.Extensibility;
using Microsoft.Extensions.Configuration;

namespace CeleryNet.Hosting;

/// <summary>
/// The options that Celery has in tables: those of the broker's transport and of the result backend, and TLS. A setting in such a table that means nothing here
/// is an error, since programs that read it and programs that do not could miss each other's messages.
/// </summary>
internal sealed class TransportOptionsBinding(IConfiguration root) : CeleryOptionsBinding(root, "Celery")
{
    private const string Broker = "broker_transport_options";
    private const string Backend = "result_backend_transport_options";

    private static readonly string[] _ofBroker =
    [
        "visibility_timeout", "priority_steps", "sep", "global_keyprefix", "fanout_prefix", "fanout_patterns", "master_name", "confirm_publish",
        "socket_timeout", "socket_connect_timeout",
    ];

    private static readonly string[] _ofBackend = ["global_keyprefix", "retry_policy", "master_name", "result_chord_ordered"];

    // About pools and clients of another make: whatever they say, nobody else sees a difference.
    private static readonly string[] _withoutEffect =
    [
        "max_connections", "socket_keepalive", "socket_keepalive_options", "health_check_interval", "retry_on_timeout", "unacked_mutex_expire",
        "unacked_restore_limit", "unacked_restore_interval", "unacked_restore_throttle", "polling_interval", "max_retries", "interval_start", "interval_step",
        "interval_max",
    ];

    private static readonly string[] _ofTls = ["ca_certs", "certfile", "keyfile", "cert_reqs", "server_hostname"];

    public void Bind(CeleryOptions options)
    {
        RejectOthers(Broker, _ofBroker, _withoutEffect);
        BindBroker(options);
        RequireConfirms();
        RejectOthers(Backend, _ofBackend, [.. _withoutEffect, "visibility_timeout"]);
        BindBackend(options);
        BindTls("Tls", "broker_use_ssl", () => options.Tls);
        BindTls("ResultTls", "redis_backend_use_ssl", () => options.ResultTls ??= new CeleryTlsOptions());
    }

    // Some are known by names of their own as well, which go first.
    private void BindBroker(CeleryOptions options)
    {
        foreach (var celeryName in new[] { $"{Broker}:visibility_timeout", "visibility_timeout" })
        {
            Span("VisibilityTimeout", celeryName, value => options.VisibilityTimeout = value);
        }

        foreach (var celeryName in new[] { $"{Broker}:priority_steps", "priority_steps" })
        {
            List("PrioritySteps", celeryName, values => options.PrioritySteps = [.. values.Select(value => SettingValue.Number(PathOf("PrioritySteps"), value))]);
        }

        foreach (var celeryName in new[] { $"{Broker}:socket_timeout", "redis_socket_timeout" })
        {
            Span("RedisSocketTimeout", celeryName, value => options.RedisSocketTimeout = value);
        }

        foreach (var celeryName in new[] { $"{Broker}:socket_connect_timeout", "redis_socket_connect_timeout" })
        {
            Span("RedisConnectTimeout", celeryName, value => options.RedisConnectTimeout = value);
        }

        Text("GlobalKeyPrefix", $"{Broker}:global_keyprefix", value => options.GlobalKeyPrefix = value);
        Text("RedisSeparator", $"{Broker}:sep", value => options.RedisSeparator = value);
        Text("FanoutPrefix", $"{Broker}:fanout_prefix", value => options.FanoutPrefix = value.ToUpperInvariant() switch
        {
            "TRUE" => new CeleryOptions().FanoutPrefix,
            "FALSE" => "",
            _ => value,
        });
        Flag("FanoutPatterns", $"{Broker}:fanout_patterns", value => options.FanoutPatterns = value);
        Text("SentinelMasterName", $"{Broker}:master_name", value => options.SentinelMasterName = value);
    }

    // Celery's default is not to wait for the broker; here a send that has returned is with the broker, always.
    private void RequireConfirms()
    {
        const string Name = $"{Broker}:confirm_publish";
        if (Places(Name).FirstOrDefault() is { Value: { } value } found && !SettingValue.Flag(found.Path, value))
        {
            throw new CeleryConfigurationException(
                $"{found.Path} must be true or left out, was '{value}': a send that has returned is confirmed by the broker, always. To send without waiting, "
                + "keep the task that the send returns and await it later.");
        }
    }

    private void BindBackend(CeleryOptions options)
    {
        Text("ResultKeyPrefix", $"{Backend}:global_keyprefix", value => options.ResultKeyPrefix = value);
        Flag("ResultChordOrdered", $"{Backend}:result_chord_ordered", value => options.ResultChordOrdered = value);
        Text("ResultSentinelMasterName", $"{Backend}:master_name", value => options.ResultSentinelMasterName = value);
        if (Find("ResultStoreRetryPolicy", $"{Backend}:retry_policy") is { } policy)
        {
            options.ResultStoreRetryPolicy = ReadRetryPolicy(policy);
        }
    }

    private static ResultRetryPolicy ReadRetryPolicy(IConfigurationSection section)
    {
        var group = new SettingGroup(section);
        var policy = new ResultRetryPolicy();
        try
        {
            policy = new ResultRetryPolicy
            {
                // Python's None, which a configuration has no word for, is no number at all.
                MaxRetries = group.Number("MaxRetries") ?? policy.MaxRetries,
                IntervalStart = group.Span("IntervalStart") ?? policy.IntervalStart,
                IntervalStep = group.Span("IntervalStep") ?? policy.IntervalStep,
                IntervalMax = group.Span("IntervalMax") ?? policy.IntervalMax,
                Timeout = group.Span("Timeout"),
            };
        }
        catch (ArgumentOutOfRangeException error)
        {
            throw new CeleryConfigurationException($"{section.Path}: {error.Message}", error);
        }

        group.RejectOthers();
        return policy;
    }

    /// <param name="key">Our table.</param>
    /// <param name="celeryName">Celery's, which may be a flag instead.</param>
    /// <param name="tls">What is bound, asked for when there is something to bind.</param>
    private void BindTls(string key, string celeryName, Func<CeleryTlsOptions> tls)
    {
        RejectOthers(celeryName, [.. _ofTls, .. _ofTls.Select(name => $"ssl_{name}")], [], isText: true);

        // A table asks for it as true does.
        if (Places(celeryName).FirstOrDefault() is { } table && (table.Value is not { } value || SettingValue.Flag(table.Path, value)))
        {
            tls().Enabled = true;
        }

        Flag($"{key}:Enabled", null, value => tls().Enabled = value);

        // The names that RabbitMQ's client has, and those of Redis'.
        foreach (var prefix in new[] { "", "ssl_" })
        {
            Text($"{key}:CaCertificateFile", $"{celeryName}:{prefix}ca_certs", value => tls().CaCertificateFile = value);
            Text($"{key}:CertificateFile", $"{celeryName}:{prefix}certfile", value => tls().CertificateFile = value);
            Text($"{key}:KeyFile", $"{celeryName}:{prefix}keyfile", value => tls().KeyFile = value);
            Text($"{key}:ServerName", $"{celeryName}:{prefix}server_hostname", value => tls().ServerName = value);
            if (Places($"{celeryName}:{prefix}cert_reqs").FirstOrDefault() is { Value: { } requirement } found)
            {
                tls().AllowInvalidCertificates = !SettingValue.ChecksCertificates(found.Path, requirement);
            }
        }

        Flag($"{key}:AllowInvalidCertificates", null, value => tls().AllowInvalidCertificates = value);
    }

    private void RejectOthers(string table, string[] known, string[] withoutEffect, bool isText = false)
    {
        foreach (var place in Places(table))
        {
            if (!isText && place.Value is { } text)
            {
                throw SettingValue.Unfit(place.Path, $"a table of settings, such as {place.Path}:{known[0]}", text);
            }

            foreach (var setting in place.GetChildren())
            {
                if (!known.Concat(withoutEffect).Contains(setting.Key, StringComparer.OrdinalIgnoreCase))
                {
                    throw new CeleryConfigurationException($"{setting.Path} is no setting here; known: {string.Join(", ", known)}.");
                }
            }
        }
    }
}
