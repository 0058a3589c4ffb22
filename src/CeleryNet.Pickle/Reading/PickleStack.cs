namespace CeleryNet.Pickle.Reading;

/// <summary>The values a pickle is at, and the marks between them.</summary>
internal sealed class PickleStack(ReadingBudget budget)
{
    private readonly List<object?> _values = [];
    private readonly List<int> _marks = [];

    /// <summary>Whether there is one value and no mark, as at a pickle's end.</summary>
    public bool HoldsOne => _values.Count == 1 && _marks.Count == 0;

    // Values below the last mark belong to what stands before it.
    private int Floor => _marks.Count == 0 ? 0 : _marks[^1];

    public void Push(object? value)
    {
        budget.ChargeValue();
        _values.Add(value);
    }

    public object? Pop()
    {
        var value = Peek();
        _values.RemoveAt(_values.Count - 1);
        return value;
    }

    public object? Peek() => _values.Count > Floor ? _values[^1] : throw Refusal.Because("an instruction needs a value and there is none");

    public void Mark()
    {
        budget.Charge(ReadingBudget.SlotSize);
        _marks.Add(_values.Count);
    }

    /// <summary>Takes the values after the last mark, and the mark.</summary>
    public object?[] PopToMark()
    {
        if (_marks.Count == 0)
        {
            throw Refusal.Because("an instruction needs a mark and there is none");
        }

        var floor = Floor;
        budget.Charge(ReadingBudget.ObjectSize + ((long)(_values.Count - floor) * sizeof(long)));
        var values = new object?[_values.Count - floor];
        _values.CopyTo(floor, values, 0, values.Length);
        _values.RemoveRange(floor, values.Length);
        _marks.RemoveAt(_marks.Count - 1);
        return values;
    }

    /// <summary>Takes one value, or what stands after the last mark.</summary>
    public void Discard()
    {
        if (_values.Count == Floor && _marks.Count > 0)
        {
            _marks.RemoveAt(_marks.Count - 1);
        }
        else
        {
            Pop();
        }
    }

    /// <summary>Puts another value in the place of the topmost.</summary>
    public void Replace(object? value)
    {
        Peek();
        _values[^1] = value;
    }

    public object?[] PopTuple(int count)
    {
        budget.Charge(ReadingBudget.ObjectSize + (count * sizeof(long)));
        var tuple = new object?[count];
        for (var i = count - 1; i >= 0; i--)
        {
            tuple[i] = Pop();
        }

        return tuple;
    }
}
