using CeleryNet.Contract.Tests.Redis;
using CeleryNet.Control;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Serialization;
using CeleryNet.TestKit;
using CeleryNet.Transports;
using CeleryNet.Transports.Amqp;
using CeleryNet.Transports.Redis;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace CeleryNet.Contract.Tests.Control;

/// <summary>Remote control over real brokers, before and after they were away.</summary>
public sealed class ControlNodeTests : IAsyncLifetime
{
    private readonly RecordingLoggerFactory _loggers = new();
    private readonly LamportClock _clock = new();
    private readonly TestSignal<string> _obeyed = new();
    private readonly ControlCodec _codec;
    private readonly string _name = Names.Unique("control");
    private readonly List<IAsyncDisposable> _used = [];

    public ControlNodeTests() => _codec = new ControlCodec(ContentCodec.CreateJson(), new JsonCelerySerializer(typeTags: false), _clock);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var each in Enumerable.Reverse(_used))
        {
            await each.DisposeAsync();
        }

        _loggers.Dispose();
    }

    [Fact]
    public async Task A_node_on_RabbitMQ_obeys_again_after_its_connection_was_cut()
    {
        var url = BrokerUrl.Parse(TestBrokers.Amqp);
        var proxy = Use(new TcpFaultProxy(url.Port ?? 5672));
        var sender = Amqp(TestBrokers.Amqp);
        await StartAsync(Amqp($"amqp://{url.User}:{url.Password}@127.0.0.1:{proxy.Port}//"), new Mailbox(_name));
        await SendUntilObeyedAsync(sender, "before");

        proxy.CutConnections();

        await _loggers.Log.WaitForAsync(line => line.EventId.Id == 1002, "the loss to be noticed");
        await SendUntilObeyedAsync(sender, "after");
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task A_node_on_RabbitMQ_may_have_a_queue_of_any_kind(bool isExclusive, bool isDurable)
    {
        await StartAsync(Amqp(TestBrokers.Amqp), new Mailbox(_name) { IsExclusive = isExclusive, IsDurable = isDurable });

        await SendUntilObeyedAsync(Amqp(TestBrokers.Amqp), "command");
    }

    [Fact]
    public async Task A_command_to_nobody_is_no_error()
    {
        await SendAsync(Amqp(TestBrokers.Amqp), "command");
        await SendAsync(Redis($"{TestBrokers.RedisDatabase(RedisServer.TransportDatabase)}"), "command");

        _obeyed.Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_node_on_Redis_obeys_again_after_a_restart_of_the_server()
    {
        var server = Use(await RedisServer.StartAsync());
        var sender = Redis(server.Url);
        await StartAsync(Redis(server.Url), new Mailbox(_name));
        await SendUntilObeyedAsync(sender, "before");

        await server.KillAsync();
        await server.StartAsync();

        await SendUntilObeyedAsync(sender, "after");
    }

    [Fact]
    public async Task A_node_on_Redis_leaves_no_name_behind()
    {
        var server = Use(await RedisServer.StartAsync());
        await using var client = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{server.Port}");
        var bindings = client.GetDatabase();
        var node = await StartAsync(Redis(server.Url), new Mailbox(_name));
        var present = await bindings.SetMembersAsync($"_kombu.binding.{_name}.pidbox");

        await node.DisposeAsync();

        present.ShouldHaveSingleItem().ToString().ShouldEndWith($"w1@host.{_name}.pidbox");
        (await bindings.SetLengthAsync($"_kombu.binding.{_name}.pidbox")).ShouldBe(0);
    }

    private async Task<ControlNode> StartAsync(ITransport transport, Mailbox mailbox)
    {
        var commands = new ControlCommands().Add("note", arguments =>
        {
            _obeyed.Fire(arguments.GetProperty("text").GetString()!);
            return ControlReply.None;
        });
        var node = Use(new ControlNode(transport, mailbox, _codec, commands, _clock, "w1@host", TimeProvider.System, _loggers.CreateLogger<ControlNode>()));
        await node.StartAsync(Token).WithinBound("the node to receive commands");
        return node;
    }

    // A broadcast that nobody hears is gone: who wants it obeyed says it again.
    private async Task SendUntilObeyedAsync(ITransport sender, string text)
    {
        var obeyed = WhenObeyedAsync(text);
        while (!obeyed.IsCompleted)
        {
            try
            {
                await SendAsync(sender, text);
                await obeyed.WaitAsync(TimeSpan.FromMilliseconds(250), Token);
            }
            catch (Exception error) when (error is TimeoutException or BrokerUnavailableException && !obeyed.IsFaulted)
            {
                // Again.
            }
        }

        await obeyed;
    }

    private async Task WhenObeyedAsync(string text)
    {
        while (await _obeyed.WaitAsync($"the command '{text}' to be obeyed") != text)
        {
            // One that was sent more than once.
        }
    }

    private async Task SendAsync(ITransport sender, string text)
        => await sender.Publisher
            .PublishAsync(_codec.WriteCommand("note", null, writer => writer.WriteString("text", text)), new Mailbox(_name).Broadcast, Token)
            .WithinBound("a publish");

    private AmqpTransport Amqp(string url) => Use(new AmqpTransport(Options(url), TimeProvider.System, _loggers.CreateLogger("amqp")));

    private RedisTransport Redis(string url) => Use(new RedisTransport(Options(url), TimeProvider.System, _loggers.CreateLogger("redis")));

    private static TransportOptions Options(string url) => new(BrokerUrl.ParseList(url));

    private T Use<T>(T used)
        where T : IAsyncDisposable
    {
        _used.Add(used);
        return used;
    }
}
