namespace CeleryNet.Transports;

/// <summary>
/// Items in the order in which they were added, linked through themselves: nothing is kept for each, and taking one out costs the same wherever it stands. An
/// item is in one such list at a time for each kind of links it has. Not safe for concurrent use.
/// </summary>
/// <typeparam name="T">What is in it.</typeparam>
/// <typeparam name="TLinks">Which of an item's links are this list's.</typeparam>
internal sealed class LinkedItems<T, TLinks>
    where T : class
    where TLinks : struct, ILinks<T>
{
    private T? _last;

    public T? First { get; private set; }

    public int Count { get; private set; }

    /// <summary>The item after another; null after the last.</summary>
    public static T? After(T item) => TLinks.Of(item).Next;

    /// <summary>Whether an item is in it that is in no other list of this kind.</summary>
    public bool Contains(T item) => TLinks.Of(item).Previous is not null || First == item;

    public void Add(T item)
    {
        TLinks.Of(item).Previous = _last;
        if (_last is null)
        {
            First = item;
        }
        else
        {
            TLinks.Of(_last).Next = item;
        }

        _last = item;
        Count++;
    }

    /// <summary>Takes out an item that is in it.</summary>
    public void Remove(T item)
    {
        ref var links = ref TLinks.Of(item);
        if (links.Previous is { } previous)
        {
            TLinks.Of(previous).Next = links.Next;
        }
        else
        {
            First = links.Next;
        }

        if (links.Next is { } next)
        {
            TLinks.Of(next).Previous = links.Previous;
        }
        else
        {
            _last = links.Previous;
        }

        links = default;
        Count--;
    }
}

/// <summary>The neighbours of an item in a <see cref="LinkedItems{T, TLinks}"/>, whose they are alone.</summary>
internal struct ItemLinks<T>
    where T : class
{
    public T? Previous;
    public T? Next;
}

/// <summary>Where the items of a list have their links.</summary>
internal interface ILinks<T>
    where T : class
{
    static abstract ref ItemLinks<T> Of(T item);
}
