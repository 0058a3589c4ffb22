using System.Buffers;

namespace CeleryNet.Protocol;

/// <summary>
/// Cuts the JSON object at the top of a text into its members without reading their values: Python writes NaN, Infinity and integers of any size there,
/// which no strict reader takes.
/// </summary>
internal ref struct JsonSlices(ReadOnlySpan<byte> json)
{
    private static readonly SearchValues<byte> _literal = SearchValues.Create("+-.0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"u8);

    private readonly ReadOnlySpan<byte> _json = json;
    private int _position;
    private bool _started;

    /// <summary>The name of the member, as it is written between its quotes.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>Where the value stands.</summary>
    public Range Value { get; private set; }

    /// <summary>Goes to the next member; false at the end of the object.</summary>
    /// <exception cref="FormatException">The text is no JSON object.</exception>
    public bool Next()
    {
        SkipBlanks();
        if (!_started)
        {
            Take((byte)'{');
            _started = true;
            SkipBlanks();
            if (Peek() == '}')
            {
                return End();
            }
        }
        else if (Peek() == '}')
        {
            return End();
        }
        else
        {
            Take((byte)',');
            SkipBlanks();
        }

        var start = _position + 1;
        SkipString();
        Name = _json[start..(_position - 1)];
        SkipBlanks();
        Take((byte)':');
        SkipBlanks();
        start = _position;
        SkipValue();
        Value = start.._position;
        return true;
    }

    private bool End()
    {
        _position++;
        SkipBlanks();
        return _position == _json.Length ? false : throw Unexpected();
    }

    private void SkipValue()
    {
        var depth = 0;
        do
        {
            switch (Peek())
            {
                case (byte)'"':
                    SkipString();
                    break;
                case (byte)'{' or (byte)'[':
                    depth++;
                    _position++;
                    break;
                case (byte)'}' or (byte)']' when depth > 0:
                    depth--;
                    _position++;
                    break;
                case (byte)',' or (byte)':' when depth > 0:
                    _position++;
                    break;
                default:
                    SkipLiteral();
                    break;
            }

            if (depth > 0)
            {
                SkipBlanks();
            }
        }
        while (depth > 0);
    }

    private void SkipString()
    {
        Take((byte)'"');
        while (true)
        {
            var next = _json[_position..].IndexOfAny((byte)'"', (byte)'\\');
            if (next < 0)
            {
                _position = _json.Length;
                throw Unexpected();
            }

            _position += next + 1;
            if (_json[_position - 1] == '"')
            {
                return;
            }

            _position++;
            if (_position > _json.Length)
            {
                throw Unexpected();
            }
        }
    }

    // A number or a word: true, null, NaN, -Infinity, 12345678901234567890, 1e-07.
    private void SkipLiteral()
    {
        var rest = _json[_position..];
        var length = rest.IndexOfAnyExcept(_literal);
        length = length < 0 ? rest.Length : length;
        if (length == 0)
        {
            throw Unexpected();
        }

        _position += length;
    }

    private void SkipBlanks()
    {
        while (_position < _json.Length && _json[_position] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
        {
            _position++;
        }
    }

    private readonly byte Peek() => _position < _json.Length ? _json[_position] : throw Unexpected();

    private void Take(byte expected)
    {
        if (Peek() != expected)
        {
            throw Unexpected();
        }

        _position++;
    }

    private readonly FormatException Unexpected() => new(
        _position >= _json.Length ? "the JSON object ends too early." : $"byte {_position} does not fit into a JSON object.");
}
