using StackExchange.Redis;

namespace CeleryNet.Transports.Redis;

/// <summary>What the errors of the Redis client mean, and how to say them in a few words.</summary>
internal static class RedisErrors
{
    /// <summary>Whether an error is the client's; its exceptions have no root of their own.</summary>
    public static bool IsClientError(Exception error) => error is RedisException or RedisTimeoutException or RedisCommandException or ObjectDisposedException;

    /// <summary>Whether the connection failed rather than the server refused the command.</summary>
    public static bool IsConnectionFailure(Exception error)
        => error is RedisConnectionException or RedisTimeoutException or ObjectDisposedException || IsPassing(error);

    /// <summary>Whether a command may have been carried out although it failed: it was sent and its reply is unknown.</summary>
    public static bool MayHaveRun(Exception error) => error switch
    {
        RedisTimeoutException timeout => timeout.Commandstatus is not (CommandStatus.WaitingToBeSent or CommandStatus.WaitingInBacklog),
        RedisConnectionException connection => connection.CommandStatus is not (CommandStatus.WaitingToBeSent or CommandStatus.WaitingInBacklog),
        _ => false,
    };

    /// <summary>Whether the server knows us and says no: trying again without a change of the configuration will not help.</summary>
    public static bool IsRefusal(Exception? error) => error switch
    {
        RedisConnectionException connection => connection.FailureType == ConnectionFailureType.AuthenticationFailure || IsRefusal(connection.InnerException),
        RedisServerException server => server.Kind is RedisErrorKind.NoAuth or RedisErrorKind.WrongPass or RedisErrorKind.NoPermission,
        RedisCommandException => true,
        _ => false,
    };

    /// <summary>The client's own words, without what it says about itself.</summary>
    public static string Describe(Exception error) => error switch
    {
        RedisTimeoutException => "no answer in time",
        RedisConnectionException { InnerException: { } inner } => Describe(inner),
        RedisConnectionException connection => FirstSentence(connection.Message),
        RedisServerException server => server.Message.Replace("SimpleError: ", "", StringComparison.Ordinal),
        OperationCanceledException => "the time given for it ran out",
        _ => error.Message,
    };

    // What a server says while it starts, fails over or is short of disk or replicas: the same command works once that has passed.
    // Before version 7 an error inside a script is wrapped in an ERR of its own.
    private static bool IsPassing(Exception error) => error is RedisServerException server
        && (server.Kind is RedisErrorKind.Loading or RedisErrorKind.ReadOnly or RedisErrorKind.MasterDown or RedisErrorKind.TryAgain
                or RedisErrorKind.ClusterDown or RedisErrorKind.Busy or RedisErrorKind.NoReplicas or RedisErrorKind.Misconfigured or RedisErrorKind.MaxClients
            || server.Message.Contains(": -READONLY", StringComparison.Ordinal));

    private static string FirstSentence(string text)
    {
        var end = text.IndexOf(" To allow this multiplexer", StringComparison.Ordinal);
        return end < 0 ? text : text[..end];
    }
}
