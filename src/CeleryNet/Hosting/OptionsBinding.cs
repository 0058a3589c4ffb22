using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace CeleryNet.Hosting;

/// <summary>
/// Binds options by an explicit list: no reflection, Celery's own setting names accepted beside ours, and an error for a value that cannot be read.
/// A setting <c>broker_url</c> is found as <c>Celery:Broker</c>, <c>Celery:broker_url</c> and (from the environment) <c>CELERY_BROKER_URL</c>.
/// </summary>
internal sealed class OptionsBinding(IConfiguration root, string section)
{
    public void Bind(CeleryOptions options)
    {
        Text("Broker", "broker_url", value => options.Broker = value);
        Text("ResultBackend", "result_backend", value => options.ResultBackend = value);
        Text("DefaultQueue", "task_default_queue", value => options.DefaultQueue = value);
        Number("DefaultPriority", "task_default_priority", value => options.DefaultPriority = value);
        Flag("IgnoreResult", "task_ignore_result", value => options.IgnoreResult = value);
        Span("ResultExpires", "result_expires", value => options.ResultExpires = value);
        Flag("ResultExtended", "result_extended", value => options.ResultExtended = value);
        Flag("ResultPersistent", "result_persistent", value => options.ResultPersistent = value);
        Span("PublishTimeout", null, value => options.PublishTimeout = value);
        Span("ConnectTimeout", "broker_connection_timeout", value => options.ConnectTimeout = value);
        Span("Heartbeat", "broker_heartbeat", value => options.Heartbeat = value);
        Number("MaxBodySize", null, value => options.MaxBodySize = value);
        Number("MaxDepth", null, value => options.MaxDepth = value);
        Number("MaxCompressionRatio", null, value => options.MaxCompressionRatio = value);
        Text("TaskSerializer", "task_serializer", value => options.TaskSerializer = value);
        Text("ResultSerializer", "result_serializer", value => options.ResultSerializer = value);
        List("AcceptContent", "accept_content", values => options.AcceptContent = [.. values]);
        List("ResultAcceptContent", "result_accept_content", values => options.ResultAcceptContent = [.. values]);
        Text("TaskCompression", "task_compression", value => options.TaskCompression = value);
        Number("TaskProtocol", "task_protocol", value => options.TaskProtocol = value);
        Flag("JsonTypeTags", null, value => options.JsonTypeTags = value);
        Text("TimeZone", "timezone", value => options.TimeZone = value);
        Span("VisibilityTimeout", "visibility_timeout", value => options.VisibilityTimeout = value);
        List("PrioritySteps", "priority_steps", values => options.PrioritySteps = [.. values.Select(value => ReadNumber("PrioritySteps", value))]);
        Text("GlobalKeyPrefix", null, value => options.GlobalKeyPrefix = value);
        Text("ResultKeyPrefix", null, value => options.ResultKeyPrefix = value);
        Text("SentinelMasterName", null, value => options.SentinelMasterName = value);
        Text("Tls:CaCertificateFile", null, value => options.Tls.CaCertificateFile = value);
        Text("Tls:CertificateFile", null, value => options.Tls.CertificateFile = value);
        Text("Tls:KeyFile", null, value => options.Tls.KeyFile = value);
        Text("Tls:ServerName", null, value => options.Tls.ServerName = value);
        Flag("Tls:AllowInvalidCertificates", null, value => options.Tls.AllowInvalidCertificates = value);
    }

    public void Bind(WorkerOptions options)
    {
        List("Queues", null, values => options.Queues = [.. values]);
        Number("Concurrency", "worker_concurrency", value => options.Concurrency = value);
        Number("PrefetchMultiplier", "worker_prefetch_multiplier", value => options.PrefetchMultiplier = value);
        Text("Hostname", null, value => options.Hostname = value);
        Flag("AcksLate", "task_acks_late", value => options.AcksLate = value);
        Flag("AcksOnFailure", "task_acks_on_failure_or_timeout", value => options.AcksOnFailure = value);
        Flag("TrackStarted", "task_track_started", value => options.TrackStarted = value);
        Flag("StoreErrorsEvenIfIgnored", "task_store_errors_even_if_ignored", value => options.StoreErrorsEvenIfIgnored = value);
        Text("UnrunnableMessages", null, value => options.UnrunnableMessages = Enum.TryParse<UnrunnableMessages>(value, ignoreCase: true, out var parsed)
            ? parsed
            : throw Unfit("UnrunnableMessages", "Keep or Reject", value));
        Span("ShutdownGrace", null, value => options.ShutdownGrace = value);
        Flag("ConnectRetryOnStartup", "broker_connection_retry_on_startup", value => options.ConnectRetryOnStartup = value);
    }

    private void Text(string key, string? celeryName, Action<string> set)
    {
        if (Find(key, celeryName)?.Value is { } value)
        {
            set(value);
        }
    }

    private void Number(string key, string? celeryName, Action<int> set) => Text(key, celeryName, value => set(ReadNumber(key, value)));

    private void Flag(string key, string? celeryName, Action<bool> set) => Text(key, celeryName, value => set(value.ToUpperInvariant() switch
    {
        "TRUE" or "1" or "YES" or "ON" => true,
        "FALSE" or "0" or "NO" or "OFF" => false,
        _ => throw Unfit(key, "true or false", value),
    }));

    // Celery gives durations in seconds, .NET as 00:00:10; both are taken.
    private void Span(string key, string? celeryName, Action<TimeSpan> set) => Text(key, celeryName, value =>
    {
        if (double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && Math.Abs(seconds) < 1e11)
        {
            set(TimeSpan.FromSeconds(seconds));
        }
        else
        {
            set(TimeSpan.TryParse(value, CultureInfo.InvariantCulture, out var span) ? span : throw Unfit(key, "seconds or a time such as 00:00:10", value));
        }
    });

    private void List(string key, string? celeryName, Action<IReadOnlyList<string>> set)
    {
        if (Find(key, celeryName) is not { } found)
        {
            return;
        }

        set(found.Value is { } text
            ? text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            : [.. found.GetChildren().Select(child => child.Value ?? "")]);
    }

    private IConfigurationSection? Find(string key, string? celeryName)
    {
        var own = root.GetSection($"{section}:{key}");
        if (own.Exists() || celeryName is null)
        {
            return own.Exists() ? own : null;
        }

        var named = root.GetSection($"Celery:{celeryName}");
        if (named.Exists())
        {
            return named;
        }

        var fromEnvironment = root.GetSection($"CELERY_{celeryName}");
        return fromEnvironment.Exists() ? fromEnvironment : null;
    }

    private int ReadNumber(string key, string value) => int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw Unfit(key, "a whole number", value);

    private CeleryConfigurationException Unfit(string key, string rule, string value) => new($"{section}:{key} must be {rule}, was '{value}'.");
}
