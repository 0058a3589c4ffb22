using System.Text.Json;
using CeleryNet.Protocol;
using CeleryNet.Serialization;

namespace CeleryNet.Workflows;

/// <summary>Writes the options of a signature; those that are not set are left out.</summary>
internal static class SignatureOptionsWriter
{
    public static void Write(Utf8JsonWriter writer, SendOptions options, JsonSerializerOptions serializerOptions)
    {
        writer.WriteStartObject();
        Text(writer, OptionNames.TaskId, options.TaskId?.Value);
        Text(writer, OptionNames.Queue, options.Queue);
        Text(writer, OptionNames.Exchange, options.Exchange);
        Text(writer, OptionNames.RoutingKey, options.RoutingKey);
        Number(writer, OptionNames.Priority, options.Priority);
        Number(writer, OptionNames.DeliveryMode, (int?)options.DeliveryMode);
        Text(writer, OptionNames.Serializer, options.Serializer);
        Text(writer, OptionNames.Compression, options.Compression);
        Flag(writer, OptionNames.Retry, options.Retry);
        Policy(writer, options.RetryPolicy);
        Seconds(writer, OptionNames.Countdown, options.Countdown);
        Instant(writer, OptionNames.Eta, options.Eta);
        Seconds(writer, OptionNames.Expires, options.ExpiresAfter);
        Instant(writer, OptionNames.Expires, options.ExpiresAt);
        Flag(writer, OptionNames.IgnoreResult, options.IgnoreResult);
        Seconds(writer, OptionNames.TimeLimit, options.TimeLimit);
        Seconds(writer, OptionNames.SoftTimeLimit, options.SoftTimeLimit);
        Text(writer, OptionNames.Shadow, options.Shadow);
        Text(writer, OptionNames.ReplyTo, options.ReplyTo);
        Text(writer, OptionNames.GroupId, options.GroupId);
        Number(writer, OptionNames.GroupIndex, options.GroupIndex);
        Text(writer, OptionNames.RootId, options.RootId?.Value);
        Text(writer, OptionNames.ParentId, options.ParentId?.Value);
        Number(writer, OptionNames.Retries, options.Retries);
        Headers(writer, options.Headers);
        Text(writer, OptionNames.ArgsRepr, options.ArgsRepr);
        Text(writer, OptionNames.KwargsRepr, options.KwargsRepr);
        Stamps(writer, options.Stamps);
        if (options.Workflow is { } workflow)
        {
            Write(writer, workflow, serializerOptions);
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, WorkflowOptions workflow, JsonSerializerOptions serializerOptions)
    {
        List(writer, OptionNames.Link, workflow.Links, serializerOptions);
        List(writer, OptionNames.LinkError, workflow.ErrorLinks, serializerOptions);
        List(writer, OptionNames.Chain, workflow.Chain, serializerOptions);
        if (workflow.Chord is { } chord)
        {
            writer.WritePropertyName(OptionNames.Chord);
            SignatureWriter.Write(writer, chord, serializerOptions);
        }

        foreach (var (name, json) in workflow.Unknown)
        {
            PythonString.WriteName(writer, name);
            writer.WriteRawValue(json.Span, skipInputValidation: true);
        }
    }

    private static void List(Utf8JsonWriter writer, string name, IReadOnlyList<Signature>? signatures, JsonSerializerOptions serializerOptions)
    {
        if (signatures is not null)
        {
            writer.WritePropertyName(name);
            SignatureWriter.Write(writer, signatures, serializerOptions);
        }
    }

    // celery/canvas.py Signature.stamp of 5.3 and newer: each stamp is an option of its own, and one says which of them are stamps.
    private static void Stamps(Utf8JsonWriter writer, IReadOnlyDictionary<string, JsonElement>? stamps)
    {
        if (stamps is null or { Count: 0 })
        {
            return;
        }

        writer.WriteStartArray(OptionNames.StampedHeaders);
        foreach (var name in stamps.Keys)
        {
            PythonString.Write(writer, name);
        }

        writer.WriteEndArray();
        foreach (var (name, value) in stamps)
        {
            PythonString.WriteName(writer, name);
            value.WriteTo(writer);
        }
    }

    private static void Headers(Utf8JsonWriter writer, IReadOnlyDictionary<string, JsonElement>? headers)
    {
        if (headers is null)
        {
            return;
        }

        writer.WriteStartObject(OptionNames.Headers);
        foreach (var (name, value) in headers)
        {
            PythonString.WriteName(writer, name);
            value.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    private static void Policy(Utf8JsonWriter writer, PublishRetryPolicy? policy)
    {
        if (policy is null)
        {
            return;
        }

        writer.WriteStartObject(OptionNames.RetryPolicy);
        if (policy.MaxRetries is { } retries)
        {
            writer.WriteNumber(OptionNames.MaxRetries, retries);
        }
        else
        {
            writer.WriteNull(OptionNames.MaxRetries);
        }

        Seconds(writer, OptionNames.IntervalStart, policy.IntervalStart);
        Seconds(writer, OptionNames.IntervalStep, policy.IntervalStep);
        Seconds(writer, OptionNames.IntervalMax, policy.IntervalMax);
        writer.WriteEndObject();
    }

    private static void Text(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WritePropertyName(name);
            PythonString.Write(writer, value);
        }
    }

    private static void Number(Utf8JsonWriter writer, string name, int? value)
    {
        if (value is { } number)
        {
            writer.WriteNumber(name, number);
        }
    }

    private static void Flag(Utf8JsonWriter writer, string name, bool? value)
    {
        if (value is { } flag)
        {
            writer.WriteBoolean(name, flag);
        }
    }

    private static void Seconds(Utf8JsonWriter writer, string name, TimeSpan? value)
    {
        if (value is { } span)
        {
            writer.WritePropertyName(name);
            if (span.Ticks % TimeSpan.TicksPerSecond == 0)
            {
                writer.WriteNumberValue(span.Ticks / TimeSpan.TicksPerSecond);
            }
            else
            {
                PythonFloat.Write(writer, span.TotalSeconds);
            }
        }
    }

    private static void Instant(Utf8JsonWriter writer, string name, DateTimeOffset? value)
    {
        if (value is { } instant)
        {
            writer.WriteString(name, IsoTimestamp.Format(instant));
        }
    }
}
