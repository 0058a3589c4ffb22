using System.Text;
using CeleryNet.Transports.Redis;

namespace CeleryNet.Tests.Transports.Redis;

public sealed class RespReaderTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("+OK\r\n", '+', "OK")]
    [InlineData("-ERR no\r\n", '-', "ERR no")]
    [InlineData(":12\r\n", ':', "12")]
    [InlineData("_\r\n", '_', "")]
    [InlineData("$5\r\na\r\nbc\r\n", '$', "5")]
    [InlineData("$-1\r\n", '$', "-1")]
    [InlineData("*2\r\n$1\r\na\r\n*1\r\n:1\r\n", '*', "2")]
    [InlineData("*0\r\n", '*', "0")]
    [InlineData("%2\r\n+a\r\n:1\r\n+b\r\n%1\r\n+c\r\n*1\r\n$3\r\nxyz\r\n", '%', "2")]
    [InlineData(">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nq\r\n", '>', "2")]
    public async Task Reply_is_read_to_its_end(string reply, char kind, string text)
    {
        var reader = new RespReader(new OneByteStream(reply + ":77\r\n"));

        var read = await reader.ReadAsync(Token);

        read.Kind.ShouldBe(kind);
        read.Text.ShouldBe(text);
        (await reader.ReadAsync(Token)).Integer.ShouldBe(77);
    }

    [Theory]
    [InlineData("")]
    [InlineData("+OK")]
    [InlineData("$5\r\nab")]
    [InlineData("*1\r\n")]
    [InlineData("?what\r\n")]
    [InlineData("$x\r\n")]
    [InlineData("\r\n")]
    public async Task Reply_cut_short_or_none_at_all_is_an_error(string reply)
        => await Should.ThrowAsync<IOException>(() => new RespReader(new OneByteStream(reply)).ReadAsync(Token));

    [Fact]
    public async Task Line_without_an_end_is_an_error()
        => (await Should.ThrowAsync<IOException>(() => new RespReader(new OneByteStream("+" + new string('x', 100_000))).ReadAsync(Token)))
            .Message.ShouldContain("without an end");

    /// <summary>Gives one byte per read, as a slow network may.</summary>
    private sealed class OneByteStream(string text) : MemoryStream(Encoding.UTF8.GetBytes(text))
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => base.ReadAsync(buffer[..1], cancellationToken);
    }
}
