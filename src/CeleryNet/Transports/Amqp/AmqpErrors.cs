using System.Net.Sockets;
using System.Security.Authentication;
using System.Threading.Channels;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace CeleryNet.Transports.Amqp;

/// <summary>The broker answered a request with "no" and closed the channel: trying again will not help until somebody changes something.</summary>
internal sealed class AmqpRefusedException(int code, string reply) : Exception(reply)
{
    /// <summary>AMQP's reply code: 403 access refused, 404 not found, 405 locked, 406 precondition failed, 540 not implemented, …</summary>
    public int Code { get; } = code;
}

/// <summary>No URL of a list could be connected to.</summary>
internal sealed class AmqpConnectException(string urls, string reason, bool isRefusal, Exception innerException)
    : Exception($"Cannot connect to {urls}: {reason}", innerException)
{
    /// <summary>The URLs, without passwords.</summary>
    public string Urls { get; } = urls;

    public string Reason { get; } = reason;

    /// <summary>Whether every broker answered and refused us, so that waiting will not help.</summary>
    public bool IsRefusal { get; } = isRefusal;
}

/// <summary>Sorts what RabbitMQ.Client throws.</summary>
internal static class AmqpErrors
{
    public const int AccessRefused = 403;
    public const int NotFound = 404;
    public const int PreconditionFailed = 406;
    public const int NotImplemented = 540;

    /// <summary>Whether it says that the channel or the connection is gone or does not answer, rather than that our call was wrong.</summary>
    public static bool IsTrouble(Exception error)
        => error is OperationInterruptedException or AlreadyClosedException or BrokerUnreachableException or ConnectFailureException
            or ChannelAllocationException or ProtocolException or IOException or SocketException or TimeoutException
            or ChannelClosedException or ObjectDisposedException or OperationCanceledException;

    /// <summary>The error in words for a message.</summary>
    public static string Describe(Exception error) => error is OperationCanceledException or TimeoutException ? "no answer within the given time" : error.Message;

    /// <summary>The broker's refusal, when that is what the error is.</summary>
    public static AmqpRefusedException? RefusalIn(Exception error)
        => error is OperationInterruptedException { ShutdownReason: { Initiator: ShutdownInitiator.Peer, ReplyCode: 403 or 404 or 405 or 406 or 540 } reason }
            ? new AmqpRefusedException(reason.ReplyCode, reason.ReplyText)
            : null;

    public static string Describe(ShutdownEventArgs reason)
        => reason.Exception is { } error && reason.Initiator == ShutdownInitiator.Library ? error.Message : $"{reason.ReplyCode} {reason.ReplyText}";

    /// <summary>The innermost cause of a failed attempt to connect that says something, and whether the broker refused us with it.</summary>
    public static (string Reason, bool IsRefusal) DescribeConnect(Exception error)
    {
        var cause = error;
        while (cause is BrokerUnreachableException or ConnectFailureException or AggregateException or PossibleAuthenticationFailureException
            && cause is not AuthenticationFailureException
            && cause.InnerException is { } inner)
        {
            cause = inner;
        }

        return cause switch
        {
            AuthenticationFailureException => (cause.Message, true),
            OperationInterruptedException { ShutdownReason: { Initiator: ShutdownInitiator.Peer } reason }
                => (Describe(reason), reason.ReplyCode is 402 or 403 or 530),
            AuthenticationException => (
                cause.Message + (cause.InnerException is { } inner ? " " + inner.Message : "") + " Tls.CaCertificateFile names the authorities to trust.",
                true),
            OperationCanceledException or TimeoutException => ("no answer within the connect timeout", false),
            _ => (cause.Message, false),
        };
    }
}
