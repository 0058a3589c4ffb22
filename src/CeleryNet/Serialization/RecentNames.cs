namespace CeleryNet.Serialization;

/// <summary>
/// The names of the headers of a message that has passed, in their order: the next one has mostly the same, and need keep no list of its own then. Safe for
/// concurrent use.
/// </summary>
internal sealed class RecentNames
{
    // Where messages with two rows of names come in turns, none would be of use if each gave way to the other.
    private const int Turns = 8;

    private volatile string[]? _names;
    private int _others;

    /// <summary>The names; never changed, null before the first message.</summary>
    public string[]? Names => _names;

    /// <summary>Says that a message had others, which are kept now and then.</summary>
    public void Note(ReadOnlySpan<string> names)
    {
        if (_names is null || Interlocked.Increment(ref _others) % Turns == 0)
        {
            _names = names.ToArray();
        }
    }
}
