using System.Buffers.Text;

namespace CeleryNet.Pickle.Reading;

/// <summary>
/// Runs a pickle, which is a program for a machine with a stack and a memory, and which in Python can call anything. This machine makes data only: it has no
/// way to look up a name or to call something, and makes no more than its budget allows. Lib/pickletools.py
/// </summary>
internal ref struct PickleMachine
{
    private const int HighestProtocol = 5;

    // The integers that take one byte are most of them.
    private static readonly object[] _bytes = [.. Enumerable.Range(0, 256).Select(value => (object)(long)value)];

    private readonly ReadingBudget _budget;
    private readonly PickleStack _stack;
    private readonly PickleMemo _memo;
    private readonly KnownGlobals _globals;
    private PickleInput _input;

    private PickleMachine(ReadOnlySpan<byte> pickle, ReadingBudget budget)
    {
        _input = new PickleInput(pickle);
        _budget = budget;
        _stack = new PickleStack(_budget);
        _memo = new PickleMemo(_budget);
        _globals = new KnownGlobals(_budget);
    }

    /// <summary>Reads a pickle.</summary>
    /// <returns>What it makes; may contain <see cref="NotData"/>, and itself.</returns>
    /// <exception cref="MalformedMessageException">It is no pickle, it does what is not done here, or it makes too much.</exception>
    public static object? Run(ReadOnlySpan<byte> pickle, ReadingBudget budget)
    {
        var machine = new PickleMachine(pickle, budget);
        return machine.Run();
    }

    private object? Run()
    {
        while (true)
        {
            var opcode = _input.ReadByte();
            if (opcode == Opcode.Stop)
            {
                return _input.Remaining == 0 && _stack.HoldsOne ? _stack.Pop() : throw Refusal.Because("it goes on after its end, or leaves more than one value");
            }

            if (!Data(opcode) && !Structure(opcode))
            {
                throw Refused(opcode);
            }
        }
    }

    // The instructions that are a value by themselves.
    private bool Data(byte opcode)
    {
        switch (opcode)
        {
            case Opcode.None: _stack.Push(null); break;
            case Opcode.NewTrue: _stack.Push(true); break;
            case Opcode.NewFalse: _stack.Push(false); break;
            case Opcode.BinInt: PushNew((long)_input.ReadInt32()); break;
            case Opcode.BinInt1: _stack.Push(_bytes[_input.ReadByte()]); break;
            case Opcode.BinInt2: PushNew((long)_input.ReadUInt16()); break;
            case Opcode.Int: PushNew(ReadInt()); break;
            case Opcode.Long: PushNew(PickleInteger.FromText(_input.ReadLine())); break;
            case Opcode.Long1: PushNew(PickleInteger.FromBytes(_input.Read(_input.ReadByte()))); break;
            case Opcode.Long4: PushNew(PickleInteger.FromBytes(ReadCounted32())); break;
            case Opcode.Float: PushNew(ReadFloat()); break;
            case Opcode.BinFloat: PushNew(_input.ReadDouble()); break;
            case Opcode.String: PushNew(PickleText.FromRepr(Text(_input.ReadLine()))); break;
            case Opcode.BinString: PushNew(PickleText.FromAscii(Text(ReadCounted32()))); break;
            case Opcode.ShortBinString: PushNew(PickleText.FromAscii(Text(_input.Read(_input.ReadByte())))); break;
            case Opcode.Unicode: PushNew(PickleText.FromRawUnicodeEscape(Text(_input.ReadLine()))); break;
            case Opcode.BinUnicode: PushNew(PickleText.FromUtf8(Text(ReadCounted32()))); break;
            case Opcode.BinUnicode8: PushNew(PickleText.FromUtf8(Text(_input.Read(_input.ReadUInt64())))); break;
            case Opcode.ShortBinUnicode: PushNew(PickleText.FromUtf8(Text(_input.Read(_input.ReadByte())))); break;
            case Opcode.BinBytes: PushNew(Bytes(ReadCounted32())); break;
            case Opcode.BinBytes8 or Opcode.ByteArray8: PushNew(Bytes(_input.Read(_input.ReadUInt64()))); break;
            case Opcode.ShortBinBytes: PushNew(Bytes(_input.Read(_input.ReadByte()))); break;
            case Opcode.EmptyTuple: _stack.Push(Array.Empty<object?>()); break;
            case Opcode.EmptyList: PushNew(new PickledList(), ReadingBudget.ListSize); break;
            case Opcode.EmptyDict: PushNew(new PickledMap(_budget), ReadingBudget.MapSize); break;
            case Opcode.EmptySet: PushNew(new PickledSet(), ReadingBudget.ListSize); break;
            case Opcode.Global: PushNew(ReadGlobal()); break;
            default: return false;
        }

        return true;
    }

    // The instructions that work on what is there.
    private bool Structure(byte opcode)
    {
        switch (opcode)
        {
            case Opcode.Proto: CheckProtocol(_input.ReadByte()); break;
            case Opcode.Frame: CheckFrame(_input.ReadUInt64()); break;
            case Opcode.Mark: _stack.Mark(); break;
            case Opcode.Pop: _stack.Discard(); break;
            case Opcode.PopMark: _stack.PopToMark(); break;
            case Opcode.Dup: _stack.Push(_stack.Peek()); break;
            case Opcode.Tuple: _stack.Push(_stack.PopToMark()); break;
            case Opcode.Tuple1: _stack.Push(_stack.PopTuple(1)); break;
            case Opcode.Tuple2: _stack.Push(_stack.PopTuple(2)); break;
            case Opcode.Tuple3: _stack.Push(_stack.PopTuple(3)); break;
            case Opcode.List: PushList(_stack.PopToMark()); break;
            case Opcode.Dict: PushDict(_stack.PopToMark()); break;
            case Opcode.FrozenSet: PushFrozenSet(_stack.PopToMark()); break;
            case Opcode.Append: Append(_stack.PopTuple(1)); break;
            case Opcode.Appends: Append(_stack.PopToMark()); break;
            case Opcode.SetItem: SetItems(_stack.PopTuple(2)); break;
            case Opcode.SetItems: SetItems(_stack.PopToMark()); break;
            case Opcode.AddItems: AddItems(_stack.PopToMark()); break;
            case Opcode.Put: _memo.Put(ReadSlot(), _stack.Peek()); break;
            case Opcode.BinPut: _memo.Put(_input.ReadByte(), _stack.Peek()); break;
            case Opcode.LongBinPut: _memo.Put(_input.ReadUInt32(), _stack.Peek()); break;
            case Opcode.Memoize: _memo.Put((ulong)_memo.Count, _stack.Peek()); break;
            case Opcode.Get: _stack.Push(_memo.Get(ReadSlot())); break;
            case Opcode.BinGet: _stack.Push(_memo.Get(_input.ReadByte())); break;
            case Opcode.LongBinGet: _stack.Push(_memo.Get(_input.ReadUInt32())); break;
            case Opcode.StackGlobal: StackGlobal(_stack.PopTuple(2)); break;
            case Opcode.Reduce or Opcode.NewObj: Call(_stack.PopTuple(2)); break;
            case Opcode.NewObjEx: CallWithNames(_stack.PopTuple(3)); break;
            case Opcode.Inst: CallNamed(_stack.PopToMark()); break;
            case Opcode.Obj: CallFirst(_stack.PopToMark()); break;
            case Opcode.Build: Build(_stack.Pop()); break;
            default: return false;
        }

        return true;
    }

    private readonly MalformedMessageException Refused(byte opcode) => Refusal.Because(opcode switch
    {
        Opcode.PersId or Opcode.BinPersId => "it refers to an object that is kept outside of it, by a persistent id",
        Opcode.Ext1 or Opcode.Ext2 or Opcode.Ext4 => "it names a class by a number of Python's extension registry",
        Opcode.NextBuffer or Opcode.ReadOnlyBuffer => "it refers to a buffer that is sent beside it",
        _ => $"at byte {_input.Position - 1} is 0x{opcode:x2}, which is no instruction of pickle",
    });

    private static void CheckProtocol(byte protocol)
    {
        if (protocol > HighestProtocol)
        {
            throw Refusal.Because($"it is of protocol {protocol}; up to {HighestProtocol} are known");
        }
    }

    // Frames only tell how much to read from a file at once.
    private readonly void CheckFrame(ulong length)
    {
        if (length > (ulong)_input.Remaining)
        {
            throw Refusal.Because($"a frame states a length of {length} bytes, but only {_input.Remaining} follow");
        }
    }

    private readonly void PushNew(object value, int size = ReadingBudget.ObjectSize)
    {
        _budget.Charge(size);
        _stack.Push(value);
    }

    private readonly ReadOnlySpan<byte> Text(ReadOnlySpan<byte> text)
    {
        _budget.ChargeText(text);
        return text;
    }

    private readonly byte[] Bytes(ReadOnlySpan<byte> bytes)
    {
        _budget.Charge(bytes.Length);
        return bytes.ToArray();
    }

    private GlobalName ReadGlobal() => KnownGlobals.Name(PickleText.FromUtf8(Text(_input.ReadLine())), PickleText.FromUtf8(Text(_input.ReadLine())));

    private ReadOnlySpan<byte> ReadCounted32() => _input.Read(_input.ReadUInt32());

    private object ReadInt()
    {
        // Protocol 0 has no other word for the booleans.
        var line = _input.ReadLine();
        return line.SequenceEqual("01"u8) ? true : line.SequenceEqual("00"u8) ? false : PickleInteger.FromText(line);
    }

    private double ReadFloat()
    {
        var line = _input.ReadLine();
        return line.SequenceEqual("nan"u8) ? double.NaN
            : line.SequenceEqual("inf"u8) ? double.PositiveInfinity
            : line.SequenceEqual("-inf"u8) ? double.NegativeInfinity
            : Utf8Parser.TryParse(line, out double value, out var length) && length == line.Length ? value
            : throw Refusal.Because("a float of protocol 0 is no number");
    }

    private ulong ReadSlot()
    {
        var line = _input.ReadLine();
        return Utf8Parser.TryParse(line, out uint slot, out var length) && length == line.Length ? slot : throw Refusal.Because("a reference back is no number");
    }

    private readonly void PushList(object?[] items)
    {
        PushNew(new PickledList(), ReadingBudget.ListSize);
        Append(items);
    }

    private readonly void PushFrozenSet(object?[] items)
    {
        PushNew(new PickledSet(), ReadingBudget.ListSize);
        AddItems(items);
    }

    private readonly void PushDict(object?[] items)
    {
        PushNew(new PickledMap(_budget), ReadingBudget.MapSize);
        SetItems(items);
    }

    private readonly void Append(object?[] items)
    {
        if (_stack.Peek() is not PickledList list)
        {
            throw NoSuch("appends to", _stack.Peek());
        }

        _budget.ChargeSlots(items.Length);
        list.AddRange(items);
    }

    private readonly void AddItems(object?[] items)
    {
        if (_stack.Peek() is not PickledSet set)
        {
            throw NoSuch("adds to", _stack.Peek());
        }

        _budget.ChargeSlots(items.Length);
        set.AddRange(items);
    }

    private readonly void SetItems(object?[] items)
    {
        if (_stack.Peek() is not PickledMap map || items.Length % 2 != 0)
        {
            throw NoSuch("sets items of", _stack.Peek());
        }

        for (var i = 0; i < items.Length; i += 2)
        {
            map.Set(items[i], items[i + 1]);
        }
    }

    private readonly void StackGlobal(object?[] names)
        => PushNew(names is [string module, string name] ? KnownGlobals.Name(module, name) : throw Refusal.Because("it names a class by something else than two strings"));

    private readonly void Call(object?[] call)
        => PushCalled(_globals.Call(call[0], call[1] as object?[] ?? throw NoSuch("calls with", call[1])));

    // The largest that a call makes, besides what it is given, is a map or a text of a time.
    private readonly void PushCalled(object? value)
    {
        _budget.Charge(ReadingBudget.MapSize);
        _stack.Push(value);
    }

    private readonly void CallWithNames(object?[] call)
    {
        if (call[2] is not PickledMap { Count: 0 })
        {
            throw call[0] is NotData type ? type.Refuse() : NoSuch("calls", call[0]);
        }

        Call(call[..2]);
    }

    // Of protocol 0: the name follows.
    private void CallNamed(object?[] arguments)
        => PushCalled(_globals.Call(ReadGlobal(), arguments));

    // Of protocol 1: the class stands before its arguments.
    private readonly void CallFirst(object?[] call)
        => PushCalled(call is [var callee, .. var arguments] ? _globals.Call(callee, arguments) : throw Refusal.Because("it calls nothing"));

    private readonly void Build(object? state)
    {
        switch (_stack.Peek())
        {
            case UnsetUuid unset:
                var id = PythonUuid.FromState(state);
                _memo.Replace(unset, id);
                _stack.Replace(id);
                break;
            case PythonZone zone:
                zone.SetState(state);
                break;

            // An exception's attributes; Celery's JSON has no place for them either.
            case ForeignObject:
                break;
            case var other:
                throw NoSuch("sets attributes of", other);
        }
    }

    private static MalformedMessageException NoSuch(string verb, object? target)
        => target is NotData other ? other.Refuse() : Refusal.Because($"it {verb} a {Refusal.TypeName(target)}, which pickle does not");
}
