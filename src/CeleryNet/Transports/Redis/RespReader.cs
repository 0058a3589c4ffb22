using System.Globalization;
using System.Text;

namespace CeleryNet.Transports.Redis;

/// <summary>The first line of a reply: its kind and the text after it. What the reply contains is passed over.</summary>
internal readonly record struct RespReply(char Kind, string Text)
{
    public bool IsError => Kind is '-' or '!';

    /// <summary>Sent by the server of its own accord (RESP3 push).</summary>
    public bool IsPush => Kind == '>';

    public long Integer => Kind == ':' && long.TryParse(Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : 0;
}

/// <summary>
/// Reads replies of RESP3: a line of kind and text, for strings followed by as many bytes, for collections by as many replies (twice as many for maps).
/// https://redis.io/docs/latest/develop/reference/protocol-spec/
/// </summary>
internal sealed class RespReader(Stream stream)
{
    private const int LongestLine = 16 * 1024;

    private readonly byte[] _buffer = new byte[4096];
    private int _start;
    private int _end;

    /// <summary>Reads one reply with all it contains.</summary>
    /// <exception cref="IOException">The connection has ended or speaks something else.</exception>
    public async Task<RespReply> ReadAsync(CancellationToken cancellationToken)
    {
        var reply = await ReadHeadAsync(cancellationToken).ConfigureAwait(false);

        // How many replies are still to be passed over, of whatever depth.
        var rest = await SkipBodyAsync(reply, cancellationToken).ConfigureAwait(false);
        while (rest > 0)
        {
            var inner = await ReadHeadAsync(cancellationToken).ConfigureAwait(false);
            rest += await SkipBodyAsync(inner, cancellationToken).ConfigureAwait(false) - 1;
        }

        return reply;
    }

    private async ValueTask<long> SkipBodyAsync(RespReply head, CancellationToken cancellationToken)
    {
        switch (head.Kind)
        {
            case '$' or '=' or '!':
                var length = ReadCount(head);
                if (length >= 0)
                {
                    await SkipAsync(length + 2, cancellationToken).ConfigureAwait(false);
                }

                return 0;
            case '*' or '~' or '>':
                return Math.Max(0, ReadCount(head));
            case '%' or '|':
                return Math.Max(0, ReadCount(head)) * 2;
            case '+' or '-' or ':' or '_' or '#' or ',' or '(':
                return 0;
            default:
                throw new IOException($"The server sent '{head.Kind}', which is no reply of Redis.");
        }
    }

    private static long ReadCount(RespReply head)
        => long.TryParse(head.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count)
            ? count
            : throw new IOException($"The server sent a length of '{head.Text}'.");

    private async ValueTask<RespReply> ReadHeadAsync(CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        while (true)
        {
            if (_start == _end)
            {
                await FillAsync(cancellationToken).ConfigureAwait(false);
            }

            var part = _buffer.AsSpan(_start, _end - _start);
            var newLine = part.IndexOf((byte)'\n');
            line.Append(Encoding.UTF8.GetString(newLine < 0 ? part : part[..newLine]));
            _start += newLine < 0 ? part.Length : newLine + 1;
            if (newLine >= 0)
            {
                break;
            }

            if (line.Length > LongestLine)
            {
                throw new IOException("The server sent a line without an end.");
            }
        }

        var text = line.ToString().TrimEnd('\r');
        return text.Length == 0 ? throw new IOException("The server sent an empty line.") : new RespReply(text[0], text[1..]);
    }

    private async ValueTask SkipAsync(long count, CancellationToken cancellationToken)
    {
        while (count > 0)
        {
            if (_start == _end)
            {
                await FillAsync(cancellationToken).ConfigureAwait(false);
            }

            var skipped = (int)Math.Min(count, _end - _start);
            _start += skipped;
            count -= skipped;
        }
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        _start = 0;
        _end = await stream.ReadAsync(_buffer, cancellationToken).ConfigureAwait(false);
        if (_end == 0)
        {
            throw new IOException("The server closed the connection.");
        }
    }
}
