namespace CeleryNet.Pickle.Reading;

/// <summary>The values a pickle refers back to, by number.</summary>
internal sealed class PickleMemo(ReadingBudget budget)
{
    private static readonly object _absent = new();

    private readonly List<object?> _slots = [];

    /// <summary>How many slots have been in use: the number that the next value without one gets.</summary>
    public int Count => _slots.Count;

    public void Put(ulong slot, object? value)
    {
        // Picklers count, from 0 or 1, and only number values that were made: a larger number only asks for room.
        if (slot > (ulong)budget.Values)
        {
            throw Refusal.Because($"it keeps value {slot} for later, but has made only {budget.Values}");
        }

        budget.Charge(ReadingBudget.SlotSize);
        var index = (int)slot;
        while (_slots.Count <= index)
        {
            _slots.Add(_absent);
        }

        _slots[index] = value;
        (value as UnsetUuid)?.MemoSlots.Add(index);
    }

    public object? Get(ulong slot) => slot < (ulong)_slots.Count && _slots[(int)slot] is var value && !ReferenceEquals(value, _absent)
        ? value
        : throw Refusal.Because($"it refers back to value {slot}, which it has not kept");

    /// <summary>Puts a UUID where the one without a number was kept.</summary>
    public void Replace(UnsetUuid unset, Guid value)
    {
        foreach (var slot in unset.MemoSlots.Where(slot => ReferenceEquals(_slots[slot], unset)))
        {
            _slots[slot] = value;
        }

        unset.MemoSlots.Clear();
    }
}
