using CeleryNet.Extensibility;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace CeleryNet.Yaml;

/// <summary>
/// Reads one YAML document into objects, as <c>yaml.safe_load</c> does. An alias is the object it stands for, not a copy of it, so that a few bytes that
/// say a billion laughs take a few bytes here; it is as JSON that they become too many.
/// </summary>
internal sealed class YamlBodyReader
{
    // Even the shortest value takes two bytes as JSON: a digit and a comma.
    private const int LeastJsonBytes = 2;

    // A list of aliases can merge the same large map any number of times.
    private const int MergeCost = 8;

    // Stands for a list or map whose end was not read yet.
    private static readonly object _unfinished = new();

    private readonly PlainScalarRepair _scalars;
    private readonly Parser _parser;
    private readonly ContentLimits _limits;
    private readonly Dictionary<string, object?> _anchors = new(StringComparer.Ordinal);
    private int _room;
    private int _brackets;

    private YamlBodyReader(string text, ContentLimits limits)
    {
        _scalars = new PlainScalarRepair(text);
        _parser = new Parser(new Scanner(new StringReader(_scalars.Text), skipComments: true));
        _limits = limits;
        _room = limits.MaxSize / LeastJsonBytes;
    }

    public static object? Read(string text, ContentLimits limits)
    {
        var reader = new YamlBodyReader(text, limits);
        try
        {
            return reader.ReadDocument();
        }
        catch (YamlException error)
        {
            throw new MalformedMessageException($"The body is no YAML at {error.Start}: {error.Message}", error);
        }
    }

    private ParsingEvent Current => _parser.Current ?? throw new MalformedMessageException("The YAML body ends within a value.");

    private object? ReadDocument()
    {
        Take<StreamStart>();
        if (Current is StreamEnd)
        {
            // Nothing at all is null to safe_load.
            return null;
        }

        Take<DocumentStart>();
        var value = ReadNode(0);
        Take<DocumentEnd>();
        return Current is StreamEnd ? value : throw new MalformedMessageException($"The YAML body has a second document at {Current.Start}; a message is one.");
    }

    private object? ReadNode(int depth)
    {
        Charge();
        switch (Current)
        {
            case AnchorAlias alias:
                Next();
                return Find(alias);
            case Scalar scalar:
                Next();
                Reserve(scalar);
                return Keep(scalar, YamlScalar.Read(_scalars.Repair(scalar, _brackets > 0)));
            case SequenceStart start:
                Reserve(start);
                return Keep(start, ReadSequence(start, Deeper(depth)));
            case MappingStart start:
                Reserve(start);
                return Keep(start, ReadMapping(start, Deeper(depth)));
            default:
                throw new MalformedMessageException($"The YAML body has a {Current.GetType().Name} at {Current.Start} where a value should be.");
        }
    }

    private List<object?> ReadSequence(SequenceStart start, int depth)
    {
        var tag = YamlTag.IsExplicit(start.Tag) ? start.Tag.Value : YamlTag.Seq;
        var isPairs = tag is YamlTag.Omap or YamlTag.Pairs;
        if (tag != YamlTag.Seq && !isPairs)
        {
            throw YamlTag.Refuse(tag, start.Start);
        }

        Next();
        var bracket = start.Style == SequenceStyle.Flow ? 1 : 0;
        _brackets += bracket;
        var items = new List<object?>();
        while (Current is not SequenceEnd)
        {
            items.Add(isPairs ? ReadPair(tag, Deeper(depth)) : ReadNode(depth));
        }

        Next();
        _brackets -= bracket;
        return items;
    }

    // The tuple of the one key and the one value of a map.
    private List<object?> ReadPair(string tag, int depth)
    {
        if (Current is not MappingStart { Anchor.IsEmpty: true })
        {
            throw NoPair();
        }

        Next();
        if (Current is MappingEnd)
        {
            throw NoPair();
        }

        var key = ReadNode(depth);
        List<object?> pair = [key, ReadNode(depth)];
        if (Current is not MappingEnd)
        {
            throw NoPair();
        }

        Next();
        return pair;

        MalformedMessageException NoPair() => new($"The YAML body has a '{tag}' with something else at {Current.Start} than maps of one key each.");
    }

    private object ReadMapping(MappingStart start, int depth)
    {
        var tag = YamlTag.IsExplicit(start.Tag) ? start.Tag.Value : YamlTag.Map;
        if (tag is not (YamlTag.Map or YamlTag.Set))
        {
            throw YamlTag.Refuse(tag, start.Start);
        }

        Next();
        var bracket = start.Style == MappingStyle.Flow ? 1 : 0;
        _brackets += bracket;
        object value = tag == YamlTag.Map ? ReadMap(depth) : ReadSet(depth);
        Next();
        _brackets -= bracket;
        return value;
    }

    private OrderedDictionary<string, object?> ReadMap(int depth)
    {
        var own = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        List<OrderedDictionary<string, object?>>? merged = null;
        while (Current is not MappingEnd)
        {
            if (IsMergeKey())
            {
                Next();
                (merged ??= []).AddRange(ReadMerged(depth));
            }
            else
            {
                var key = WireJson.KeyText(ReadKey(depth));
                own[key] = ReadNode(depth);
            }
        }

        return merged is null ? own : Merge([.. merged, own]);
    }

    private List<object?> ReadSet(int depth)
    {
        var items = new OrderedDictionary<(Type?, string), object?>();
        while (Current is not MappingEnd)
        {
            var key = ReadKey(depth);
            items[(key?.GetType(), WireJson.KeyText(key))] = key;
            ReadNode(depth);
        }

        return [.. items.Values];
    }

    private object? ReadKey(int depth)
    {
        if (Current is Scalar scalar && YamlScalar.TagOf(scalar) == YamlTag.Value)
        {
            Next();
            Reserve(scalar);
            return Keep(scalar, scalar.Value);
        }

        return ReadNode(depth);
    }

    private bool IsMergeKey() => Current is Scalar scalar && YamlScalar.TagOf(scalar) == YamlTag.Merge;

    // What later ones say wins, and the first of a list over the others in it.
    private IEnumerable<OrderedDictionary<string, object?>> ReadMerged(int depth)
    {
        var at = Current.Start;
        var value = ReadNode(depth);
        return value switch
        {
            OrderedDictionary<string, object?> map => [map],
            List<object?> items when items.TrueForAll(item => item is OrderedDictionary<string, object?>)
                => items.Cast<OrderedDictionary<string, object?>>().Reverse(),
            _ => throw new MalformedMessageException($"The YAML body merges something at {at} that is no map and no list of maps."),
        };
    }

    private OrderedDictionary<string, object?> Merge(List<OrderedDictionary<string, object?>> maps)
    {
        var all = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var map in maps)
        {
            foreach (var (key, value) in map)
            {
                Charge(MergeCost);
                all[key] = value;
            }
        }

        return all;
    }

    private object? Find(AnchorAlias alias)
    {
        if (!_anchors.TryGetValue(alias.Value.Value, out var value))
        {
            throw new MalformedMessageException($"The YAML body has the alias '*{YamlScalar.Shorten(alias.Value.Value)}' at {alias.Start}, and no such anchor before it.");
        }

        return value != _unfinished
            ? value
            : throw new MalformedMessageException($"The YAML body has the alias '*{YamlScalar.Shorten(alias.Value.Value)}' at {alias.Start} within what it stands for; JSON has no such values.");
    }

    private void Reserve(NodeEvent node)
    {
        if (!node.Anchor.IsEmpty && !_anchors.TryAdd(node.Anchor.Value, _unfinished))
        {
            throw new MalformedMessageException($"The YAML body has the anchor '&{YamlScalar.Shorten(node.Anchor.Value)}' at {node.Start} a second time.");
        }
    }

    private object? Keep(NodeEvent node, object? value)
    {
        if (!node.Anchor.IsEmpty)
        {
            _anchors[node.Anchor.Value] = value;
        }

        return value;
    }

    private void Charge(int values = 1)
    {
        _room -= values;
        if (_room < 0)
        {
            throw new MalformedMessageException($"The body has more values than fit into the {_limits.MaxSize} bytes of JSON that MaxBodySize allows.");
        }
    }

    private int Deeper(int depth) => depth < _limits.MaxDepth
        ? depth + 1
        : throw new MalformedMessageException($"The body is nested deeper than {_limits.MaxDepth} levels, which is what MaxDepth allows.");

    private void Take<T>()
        where T : ParsingEvent
    {
        if (_parser.Current is null)
        {
            Next();
        }

        if (Current is not T)
        {
            throw new MalformedMessageException($"The YAML body has a {Current.GetType().Name} at {Current.Start}, not a {typeof(T).Name}.");
        }

        Next();
    }

    private void Next()
    {
        try
        {
            _parser.MoveNext();
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException)
        {
            // Of a tag that is no URI, and of a document's end without a document.
            throw new MalformedMessageException($"The body is no YAML after {_parser.Current?.End}: {error.Message}", error);
        }
    }
}
