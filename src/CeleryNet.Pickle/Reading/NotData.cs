using System.Collections;

namespace CeleryNet.Pickle.Reading;

/// <summary>
/// What a pickle makes on the way to a value and what is none by itself: a class, a time zone, an object of a class that is not known here. To walk over
/// one, which writing the value as JSON does, is refused; so the places where one may stand are those that look for it.
/// </summary>
internal abstract class NotData : IEnumerable
{
    public abstract string Name { get; }

    public abstract MalformedMessageException Refuse();

    public IEnumerator GetEnumerator() => throw Refuse();
}

/// <summary>A name in a module. It is never looked up, here or anywhere.</summary>
internal sealed class GlobalName(string module, string name) : NotData
{
    public string Module { get; } = module;

    public override string Name { get; } = name;

    public override MalformedMessageException Refuse() => Refusal.WouldCall(Module, Name);
}

/// <summary>What Python would get by calling a class that is not known here.</summary>
internal sealed class ForeignObject(GlobalName type, object?[] arguments) : NotData
{
    public GlobalName Type { get; } = type;

    public object?[] Arguments { get; } = arguments;

    public override string Name => Type.Name;

    public override MalformedMessageException Refuse() => Type.Refuse();
}

/// <summary>A UUID whose number has not been set yet, and the memo's slots that hold it.</summary>
internal sealed class UnsetUuid : NotData
{
    public List<int> MemoSlots { get; } = [];

    public override string Name => "UUID";

    public override MalformedMessageException Refuse() => Refusal.Because("a UUID has no number");
}
