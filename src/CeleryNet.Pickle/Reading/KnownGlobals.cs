using System.Globalization;
using System.Numerics;
using System.Text;
using CeleryNet.Extensibility;

namespace CeleryNet.Pickle.Reading;

/// <summary>
/// What the calls in a pickle stand for. The list is closed: a name that is not on it makes an object that knows only its name and arguments. Nothing is
/// looked up and nothing is called.
/// </summary>
internal sealed class KnownGlobals(ReadingBudget budget)
{
    public static GlobalName Name(string module, string name) => new(
        module switch
        {
            // As Python 3 calls what protocols 0 to 2 call by Python 2's names.
            "__builtin__" or "exceptions" => "builtins",
            "copy_reg" => "copyreg",
            _ => module,
        },
        name);

    /// <summary>What comes of calling a name, or of making an instance of it.</summary>
    public object? Call(object? callee, object?[] arguments)
    {
        if (callee is not GlobalName global)
        {
            throw callee is NotData other ? other.Refuse() : Refusal.Because($"it calls a {Refusal.TypeName(callee)}");
        }

        return (global.Module, global.Name) switch
        {
            ("datetime", "datetime") => PythonTimes.DateTime(arguments),
            ("datetime", "date") => PythonTimes.Date(arguments),
            ("datetime", "time") => PythonTimes.Time(arguments),
            ("datetime", "timedelta") => PythonTimes.TimeDelta(arguments),
            ("datetime", "timezone") when arguments is [_] or [_, string] => PythonZone.Fixed(arguments[0]),
            ("decimal", "Decimal") when arguments is [string text] => Decimal(text),
            ("uuid", "UUID") when arguments is [] => new UnsetUuid(),
            ("uuid", "UUID") when arguments is [string { Length: 32 or 36 } hex] && Guid.TryParse(hex, out var id) => id,
            ("uuid", "SafeUUID") when arguments is [long or null] => arguments[0],
            ("builtins", "complex") when arguments is [var re] => new Complex(Real(re), 0),
            ("builtins", "complex") when arguments is [var re, var im] => new Complex(Real(re), Real(im)),
            ("builtins", "set" or "frozenset") when arguments is [] => new PickledSet(),
            ("builtins", "set" or "frozenset") when arguments is [List<object?> or object?[]] => Fill(new PickledSet(), arguments[0]),
            ("builtins", "bytes" or "bytearray") when arguments is [] => Array.Empty<byte>(),
            ("builtins", "bytes" or "bytearray") when arguments is [byte[]] => arguments[0],
            ("builtins", "bytes" or "bytearray") or ("_codecs", "encode") when arguments is [string text, string encoding] => Encode(text, encoding),
            ("builtins", "getattr") when arguments is [GlobalName { Module: "zoneinfo", Name: "ZoneInfo" }, "_unpickle"] => new GlobalName("zoneinfo", "ZoneInfo._unpickle"),
            ("zoneinfo", "ZoneInfo._unpickle") when arguments is [var key, _] => PythonZone.Named(key, budget),
            ("zoneinfo", "ZoneInfo") when arguments is [var key] => PythonZone.Named(key, budget),
            ("pytz", "_UTC") when arguments is [] => PythonZone.Utc(),
            ("pytz", "_p") when arguments is [string, long seconds, long, string] => PythonZone.Fixed(PythonTimes.TimeDelta([0L, seconds])),
            ("pytz", "_p") when arguments is [var key] => PythonZone.Named(key, budget),
            ("pytz", "FixedOffset") when arguments is [long minutes and > -1440 and < 1440] => PythonZone.Fixed(TimeSpan.FromMinutes(minutes)),
            ("dateutil.tz.tz", "tzutc") when arguments is [] => PythonZone.Utc(),
            ("dateutil.tz.tz", "tzoffset") when arguments is [] => PythonZone.Unset(),
            ("collections", "OrderedDict") => Pairs(global, arguments),
            ("collections", "defaultdict") when arguments is [] or [null] or [GlobalName { Module: "builtins" }] => new PickledMap(budget),
            ("collections", "Counter") when arguments is [] => new PickledMap(budget),
            ("collections", "Counter") when arguments is [PickledMap counts] => Copy(counts),
            ("collections", "deque") when arguments is [] => new PickledList(),
            ("collections", "deque") when arguments is [List<object?> or object?[]] or [List<object?> or object?[], long or null] => Fill(new PickledList(), arguments[0]),

            // Celery's signatures are dicts, and pickle themselves as a call with that dict.
            ("celery.canvas", "signature" or "Signature" or "subtask" or "chain" or "_chain" or "group" or "chord" or "_chord" or "chunks" or "xmap" or "xstarmap")
                when arguments is [PickledMap signature] => signature,

            // Its handles to results become the tuples that its other serializers write. celery/result.py __reduce_args__, result_from_tuple
            ("celery.app.base", "_unpickle_appattr") when arguments is ["AsyncResult", object?[] handle] && Result(handle) is { } result => result,
            ("celery.app.base", "_unpickle_appattr") when arguments is ["GroupResult", object?[] handle] && Group(handle) is { } group => group,
            ("celery.result", "AsyncResult") when Result(arguments) is { } result => result,
            ("celery.result", "GroupResult") when Group(arguments) is { } group => group,
            ("celery.result", "result_from_tuple") when arguments is [object?[] or PickledList] => arguments[0],
            ("builtins", "getattr" or "eval" or "exec") => throw global.Refuse(),
            _ => new ForeignObject(global, arguments),
        };
    }

    // The second is the backend, which is nothing to a reader.
    private object?[]? Result(object?[] handle) => handle is [string id, _, _, _, null or object?[] or PickledList] ? Tuple(id, handle[4], null) : null;

    private object?[]? Group(object?[] handle) => handle is [string id, object?[] or PickledList] ? Tuple(id, null, handle[1]) : null;

    private object?[] Tuple(string id, object? parent, object? members)
    {
        budget.ChargeSlots(4);
        return [new object?[] { id, parent }, members];
    }

    private TaggedText Decimal(string text)
    {
        budget.ChargeText(text.Length);

        // What str(Decimal) writes: a number, or Infinity, NaN and sNaN, the latter two with digits.
        var isNumber = text.Length > 0 && IsNumber(text);
        var word = text.AsSpan().TrimStart('-');
        var isWord = text.Length - word.Length <= 1
            && (word is "Infinity" || ((word.StartsWith("NaN") || word.StartsWith("sNaN")) && !word[(word.IndexOf('N') + 3)..].ContainsAnyExceptInRange('0', '9')));
        return isNumber || isWord ? new TaggedText("decimal", text) : throw Refusal.Because($"a Decimal has the text {Refusal.Shown(text)}, which is no number");
    }

    private static bool IsNumber(ReadOnlySpan<char> text)
    {
        text = text[0] is '+' or '-' ? text[1..] : text;
        var e = text.IndexOfAny('e', 'E');
        var exponent = e < 0 ? "0" : text[(e + 1)..];
        exponent = exponent is ['+' or '-', .. var unsigned] ? unsigned : exponent;
        var mantissa = e < 0 ? text : text[..e];
        var dot = mantissa.IndexOf('.');
        var whole = dot < 0 ? mantissa : mantissa[..dot];
        var fraction = dot < 0 ? [] : mantissa[(dot + 1)..];
        return whole.Length + fraction.Length > 0 && AreDigits(whole) && AreDigits(fraction) && exponent.Length > 0 && AreDigits(exponent);
    }

    private static bool AreDigits(ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('0', '9');

    private static double Real(object? part) => part switch
    {
        double number => number,
        long number => number,
        _ => throw Refusal.Because($"a complex is made of a {Refusal.TypeName(part)}"),
    };

    private byte[] Encode(string text, string encoding)
    {
        budget.ChargeText(text.Length);
        if (encoding.ToLower(CultureInfo.InvariantCulture) is not ("latin1" or "latin-1" or "iso-8859-1" or "ascii"))
        {
            throw Refusal.Because($"bytes are written as text in the encoding {Refusal.Shown(encoding)}; pickle writes them in latin1");
        }

        return text.AsSpan().ContainsAnyExceptInRange('\0', '\xff') ? throw Refusal.Because("bytes are written as text with characters beyond latin1") : Encoding.Latin1.GetBytes(text);
    }

    private T Fill<T>(T target, object? items)
        where T : List<object?>
    {
        var source = (IReadOnlyCollection<object?>)items!;
        budget.ChargeSlots(source.Count);
        target.AddRange(source);
        return target;
    }

    private PickledMap Copy(PickledMap source)
    {
        var map = new PickledMap(budget);
        foreach (var (key, value) in source)
        {
            map.Set(key, value);
        }

        return map;
    }

    private PickledMap Pairs(GlobalName type, object?[] arguments)
    {
        var map = new PickledMap(budget);
        List<object?> pairs = arguments switch
        {
            [] => [],
            [List<object?> list] => list,
            _ => throw type.Refuse(),
        };
        foreach (var pair in pairs)
        {
            var (key, value) = pair switch
            {
                object?[] { Length: 2 } tuple => (tuple[0], tuple[1]),
                List<object?> { Count: 2 } list => (list[0], list[1]),
                _ => throw Refusal.Because("an OrderedDict is made of something else than pairs"),
            };
            map.Set(key, value);
        }

        return map;
    }
}
