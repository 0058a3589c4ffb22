using Microsoft.Extensions.Options;

namespace CeleryNet.Hosting;

/// <summary>What must hold of the options about connections and the names of keys, beyond the URLs themselves.</summary>
internal static class ConnectionRules
{
    public static void Check(ValidateOptionsResultBuilder result, CeleryOptions options)
    {
        CheckWord(result, nameof(options.BrokerFailoverStrategy), options.BrokerFailoverStrategy);
        CheckWord(result, nameof(options.BrokerLoginMethod), options.BrokerLoginMethod);
        CheckSentinels(result, options);
        CheckNames(result, options);
        CheckTls(result, nameof(options.Tls), options.Tls, [options.Broker, options.BrokerRead, options.BrokerWrite]);
        if (options.ResultTls is { } tls)
        {
            CheckTls(result, nameof(options.ResultTls), tls, [options.ResultBackend]);
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

    // A client alone connects only when it first sends: a name that is missing would show as late as that.
    private static void CheckSentinels(ValidateOptionsResultBuilder result, CeleryOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.SentinelMasterName) && HasScheme("sentinel", options.Broker, options.BrokerRead, options.BrokerWrite))
        {
            result.AddError("must be the name of the master that the sentinels of the broker watch (master_name), was empty", nameof(options.SentinelMasterName));
        }

        if (string.IsNullOrWhiteSpace(options.ResultSentinelMasterName ?? options.SentinelMasterName) && HasScheme("sentinel", options.ResultBackend))
        {
            result.AddError(
                $"must be the name of the master that the sentinels of the result backend watch (master_name), unless {nameof(options.SentinelMasterName)} is; was empty",
                nameof(options.ResultSentinelMasterName));
        }
    }

    private static void CheckNames(ValidateOptionsResultBuilder result, CeleryOptions options)
    {
        if (options.RedisSeparator.Length == 0)
        {
            result.AddError("must not be empty; leave it out for the one that Celery has", nameof(options.RedisSeparator));
        }

        // Celery takes the exchange to be what follows the first full stop of a channel that begins with a slash.
        var prefix = options.FanoutPrefix;
        if (prefix.Length > 0 && !(prefix.StartsWith('/') && prefix.IndexOf('.', StringComparison.Ordinal) == prefix.Length - 1))
        {
            result.AddError($"must be empty, or begin with / and end with its only full stop as '/{{db}}.' does, was '{prefix}'", nameof(options.FanoutPrefix));
        }
    }

    private static void CheckTls(ValidateOptionsResultBuilder result, string key, CeleryTlsOptions tls, string?[] urls)
    {
        if (tls.Enabled && (HasScheme("redis+socket", urls) || HasScheme("socket", urls)))
        {
            result.AddError("must be false with a redis+socket:// URL, which has no TLS", $"{key}.{nameof(tls.Enabled)}");
        }

        foreach (var (name, file) in new[]
        {
            (nameof(tls.CaCertificateFile), tls.CaCertificateFile),
            (nameof(tls.CertificateFile), tls.CertificateFile),
            (nameof(tls.KeyFile), tls.KeyFile),
        })
        {
            if (file is not null && !File.Exists(file))
            {
                result.AddError($"must name an existing PEM file, was '{file}'", $"{key}.{name}");
            }
        }
    }

    // What is no URL at all is told elsewhere.
    private static bool HasScheme(string scheme, params string?[] urls)
        => urls.Any(text => text?.Split(';', StringSplitOptions.TrimEntries).Any(url => url.StartsWith($"{scheme}://", StringComparison.OrdinalIgnoreCase)) == true);
}
