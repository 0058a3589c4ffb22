using System.Globalization;
using System.Text;
using CeleryNet.Protocol;
using CeleryNet.Serialization;
using RabbitMQ.Client;

namespace CeleryNet.Transports.Amqp;

/// <summary>An envelope's headers and properties as AMQP has them. kombu/transport/pyamqp.py Channel.prepare_message, Message</summary>
internal static class AmqpProperties
{
    private const int MaxShortText = 255;

    /// <exception cref="CelerySerializationException">AMQP has no room or no type for a value.</exception>
    public static BasicProperties Write(Envelope envelope)
    {
        CheckShortText("content_type", envelope.ContentType);
        CheckShortText("content_encoding", envelope.ContentEncoding);
        CheckShortText("correlation_id", envelope.CorrelationId);
        CheckShortText("reply_to", envelope.ReplyTo);
        CheckExpiration(envelope.Expiration);
        var properties = new BasicProperties
        {
            Headers = WriteHeaders(envelope.Headers),
        };
        if (envelope.ContentType is { } contentType)
        {
            properties.ContentType = contentType;
        }

        if (envelope.ContentEncoding is { } contentEncoding)
        {
            properties.ContentEncoding = contentEncoding;
        }

        if (envelope.CorrelationId is { } correlationId)
        {
            properties.CorrelationId = correlationId;
        }

        if (envelope.ReplyTo is { } replyTo)
        {
            properties.ReplyTo = replyTo;
        }

        if (envelope.Expiration is { } expiration)
        {
            properties.Expiration = expiration;
        }

        SetPriority(properties, envelope.Priority, envelope.Persistent);
        return properties;
    }

    /// <param name="properties">As they came.</param>
    /// <param name="body">A copy of the body: the client reuses its own.</param>
    /// <param name="strings">Texts that come again and again; null to make each anew.</param>
    public static Envelope Read(IReadOnlyBasicProperties properties, byte[] body, RecentStrings? strings = null)
    {
        var headers = strings is null || properties.Headers is null ? new MessageHeaders() : new MessageHeaders(strings.Names);
        if (properties.Headers is { } table)
        {
            foreach (var (name, value) in table)
            {
                if (!RunCountHeaders.IsOne(name))
                {
                    headers.Add(name, ReadKnown(name, value, headers, strings) ?? AmqpHeaderValue.Read(value));
                }
            }

            if (strings is not null)
            {
                headers.ShareNames(strings.Names);
            }
        }

        return new Envelope
        {
            Body = body,
            Headers = headers,
            ContentType = properties.ContentType,
            ContentEncoding = properties.ContentEncoding,
            CorrelationId = properties.CorrelationId,
            ReplyTo = properties.ReplyTo,
            Expiration = properties.Expiration,
            Priority = GetPriority(properties),
            Persistent = ((byte)properties.DeliveryMode & ~AmqpHeaderWalker.HasPriority) == (byte)DeliveryModes.Persistent,
        };
    }

    /// <summary>The priority; null when there is none, which is not the same as 0.</summary>
    public static int? GetPriority(IReadOnlyBasicProperties properties)
        => properties.IsPriorityPresent() || ((byte)properties.DeliveryMode & AmqpHeaderWalker.HasPriority) != 0 ? properties.Priority : null;

    /// <summary>Sets the delivery mode and the priority, which depend on each other for the sake of a priority of 0.</summary>
    /// <exception cref="CelerySerializationException">The priority is not a byte.</exception>
    public static void SetPriority(BasicProperties properties, int? priority, bool persistent)
    {
        var mode = persistent ? DeliveryModes.Persistent : DeliveryModes.Transient;
        switch (priority)
        {
            case null:
                properties.ClearPriority();
                break;
            case 0:
                mode |= (DeliveryModes)AmqpHeaderWalker.ZeroPriority;
                properties.Priority = 1;
                break;
            case > 0 and <= byte.MaxValue:
                properties.Priority = (byte)priority;
                break;
            default:
                throw new CelerySerializationException($"A priority must be 0 to 255, was {priority}.");
        }

        properties.DeliveryMode = mode;
    }

    /// <summary>Takes out the headers in which the broker keeps account of what became of a message.</summary>
    public static void RemoveBookkeeping(BasicProperties properties)
    {
        if (properties.Headers is { } headers)
        {
            foreach (var name in headers.Keys.Where(HeaderNames.IsBookkeeping).ToArray())
            {
                headers.Remove(name);
            }
        }
    }

    /// <exception cref="CelerySerializationException">The text has more bytes than a short string can.</exception>
    public static void CheckShortText(string what, string? text)
    {
        if (text is not null && text.Length > MaxShortText / 3 && Encoding.UTF8.GetByteCount(text) > MaxShortText)
        {
            throw new CelerySerializationException($"{what} must have at most {MaxShortText} bytes in AMQP, '{text}' has {Encoding.UTF8.GetByteCount(text)}.");
        }
    }

    // Most messages of a queue have these in common, and a message by itself has its id in two or three places.
    private static string? ReadKnown(string name, object? value, MessageHeaders headers, RecentStrings? strings)
    {
        if (value is not byte[] text || !Ascii.IsValid(text))
        {
            return null;
        }

        return name switch
        {
            HeaderNames.Task or HeaderNames.Lang or HeaderNames.Origin or HeaderNames.KwargsRepr => strings?.Get(text),
            HeaderNames.RootId => headers.GetString(HeaderNames.Id) is { } id && Ascii.Equals(text, id) ? id : null,
            _ => null,
        };
    }

    private static void CheckExpiration(string? expiration)
    {
        // The broker would close the channel over it, with all publishes under way.
        if (expiration is not null && !uint.TryParse(expiration, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            throw new CelerySerializationException($"expiration must be a number of milliseconds from 0 to {uint.MaxValue} as text, was '{expiration}'.");
        }
    }

    private static Dictionary<string, object?> WriteHeaders(MessageHeaders headers)
    {
        var table = new Dictionary<string, object?>(headers.Count, StringComparer.Ordinal);
        foreach (var (name, value) in headers)
        {
            CheckShortText("a header's name", name);
            table[name] = AmqpHeaderValue.Write(name, value);
        }

        return table;
    }
}
