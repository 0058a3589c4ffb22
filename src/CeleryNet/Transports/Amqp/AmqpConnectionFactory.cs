using System.Globalization;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace CeleryNet.Transports.Amqp;

/// <summary>Connects to one of a list of URLs: the one that worked last, then the others in turn (kombu's failover strategy <c>round-robin</c>).</summary>
internal sealed class AmqpConnectionFactory
{
    private const int DefaultPort = 5672;
    private const int DefaultTlsPort = 5671;

    // RabbitMQ's own limit. The client's, 64 MiB, would end the connection at a larger message, again and again: MaxBodySize is checked by the worker,
    // which moves such a message out of the way.
    private const uint MaxMessageSize = 512 * 1024 * 1024;

    private readonly TimeProvider _time;
    private readonly Endpoint[] _endpoints;
    private int _next;

    /// <exception cref="CeleryConfigurationException">A URL or a certificate file is wrong.</exception>
    public AmqpConnectionFactory(TransportOptions options, TimeProvider time)
    {
        _time = time;
        _endpoints = [.. options.Urls.Select(url => new Endpoint(url, options))];
        if (_endpoints.Length == 0)
        {
            throw new CeleryConfigurationException("A broker must have at least one URL; 'amqp://guest@localhost//' would work.");
        }
    }

    /// <summary>Tries each URL once.</summary>
    /// <param name="name">What the broker shows of the connection.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="AmqpConnectException">None of them could be connected to.</exception>
    public async Task<AmqpLink> ConnectAsync(string name, CancellationToken cancellationToken)
    {
        var failures = new List<(BrokerUrl Url, string Reason)>();
        var refusals = 0;
        Exception? last = null;
        for (var i = 0; i < _endpoints.Length; i++)
        {
            var endpoint = _endpoints[_next];
            try
            {
                return await ConnectAsync(endpoint, name, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when ((AmqpErrors.IsTrouble(error) || error is PossibleAuthenticationFailureException) && !cancellationToken.IsCancellationRequested)
            {
                var (reason, isRefusal) = AmqpErrors.DescribeConnect(error);
                failures.Add((endpoint.Url, reason));
                refusals += isRefusal ? 1 : 0;
                last = error;
                _next = (_next + 1) % _endpoints.Length;
            }
        }

        throw new AmqpConnectException(
            string.Join("; ", failures.Select(failure => failure.Url)),
            failures.Count == 1 ? failures[0].Reason : string.Join("; ", failures.Select(failure => $"{failure.Url}: {failure.Reason}")),
            isRefusal: refusals == _endpoints.Length,
            last!);
    }

    private async Task<AmqpLink> ConnectAsync(Endpoint endpoint, string name, CancellationToken cancellationToken)
    {
        // RabbitMQ.Client bounds the parts; this bounds the whole, and what it forgets to bound.
        using var timeout = new CancellationTokenSource(endpoint.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        AmqpTcpClient? socket = null;
        var factory = endpoint.CreateFactory();
        factory.SocketFactory = family => socket = new AmqpTcpClient(family, endpoint.CreateTls());
        try
        {
            var connection = await factory.CreateConnectionAsync(name, either.Token).WaitAsync(either.Token).ConfigureAwait(false);
            return new AmqpLink(connection, socket!, endpoint.Url.ToString());
        }
        catch
        {
            socket?.Dispose();
            throw;
        }
    }

    /// <summary>One URL with what it and the options say about connecting.</summary>
    private sealed class Endpoint
    {
        private readonly TransportTlsOptions _tls;
        private readonly TimeSpan _heartbeat;
        private readonly BrokerLoginMethod _loginMethod;

        public Endpoint(BrokerUrl url, TransportOptions options)
        {
            Url = url;
            _tls = options.Tls;
            _heartbeat = options.Heartbeat;
            _loginMethod = options.LoginMethod;
            Timeout = options.ConnectTimeout;
            foreach (var (key, value) in url.Query)
            {
                switch (key)
                {
                    case "heartbeat":
                        _heartbeat = ReadSeconds(key, value, zeroAllowed: true);
                        break;
                    case "connect_timeout":
                        Timeout = ReadSeconds(key, value, zeroAllowed: false);
                        break;
                    default:
                        throw new CeleryConfigurationException(
                            $"'{key}' in the query of '{url}' is not known; 'heartbeat' and 'connect_timeout' (in seconds) are. TLS is set by options.");
                }
            }

            // Wrong certificate files are found when the transport is made.
            CreateTls();
        }

        public BrokerUrl Url { get; }

        public TimeSpan Timeout { get; }

        public System.Net.Security.SslClientAuthenticationOptions? CreateTls() => Url.UsesTls ? AmqpTls.Create(_tls, Url.Host) : null;

        public ConnectionFactory CreateFactory() => new()
        {
            HostName = Url.Host,
            Port = Url.Port ?? (Url.UsesTls ? DefaultTlsPort : DefaultPort),
            VirtualHost = Url.VirtualHost,
            UserName = Url.User ?? ConnectionFactory.DefaultUser,
            MaxInboundMessageBodySize = MaxMessageSize,
            Password = Url.Password ?? ConnectionFactory.DefaultPass,
            AuthMechanisms = [_loginMethod == BrokerLoginMethod.External ? new ExternalMechanismFactory() : new PlainMechanismFactory()],
            RequestedHeartbeat = _heartbeat,
            RequestedConnectionTimeout = Timeout,
            HandshakeContinuationTimeout = Timeout,
            // What is lost is made again by us, who know which deliveries went with it.
            AutomaticRecoveryEnabled = false,
            TopologyRecoveryEnabled = false,
            ConsumerDispatchConcurrency = 1,
        };

        private TimeSpan ReadSeconds(string key, string value, bool zeroAllowed)
            => double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
                && seconds <= ushort.MaxValue && (seconds > 0 || (zeroAllowed && seconds == 0))
                ? TimeSpan.FromSeconds(seconds)
                : throw new CeleryConfigurationException(
                    $"'{key}' in the query of '{Url}' must be a number of seconds from {(zeroAllowed ? "0" : "above 0")} to {ushort.MaxValue}, was '{value}'.");
    }
}
