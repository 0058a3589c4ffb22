using CeleryNet.Extensibility;

namespace CeleryNet.Serializers.Tests.Vectors;

/// <summary>What of a signature does not differ between two captures of one call: all but its options, of which the link is kept.</summary>
internal static class SignatureShape
{
    public static string Of(ReadOnlyMemory<byte> json) => json.IsEmpty ? "null" : Meaning.Of(Shape(WireJson.ToObject(json.Span)));

    private static object? Shape(object? value) => value switch
    {
        OrderedDictionary<string, object?> map when map.ContainsKey("task") => ShapeOf(map),
        OrderedDictionary<string, object?> map => new OrderedDictionary<string, object?>(map.Select(item => KeyValuePair.Create(item.Key, Shape(item.Value)))),
        List<object?> list => list.ConvertAll(Shape),
        _ => value,
    };

    private static OrderedDictionary<string, object?> ShapeOf(OrderedDictionary<string, object?> signature)
    {
        // Exactly the keys that Python writes.
        signature.Keys.ShouldBe(["task", "args", "kwargs", "options", "subtask_type", "immutable"], ignoreOrder: true);
        var options = signature["options"].ShouldBeOfType<OrderedDictionary<string, object?>>();
        var shape = new OrderedDictionary<string, object?>();
        foreach (var key in new[] { "task", "args", "kwargs", "immutable", "subtask_type" })
        {
            shape[key] = Shape(signature[key]);
        }

        if (options.TryGetValue("link", out var link))
        {
            shape["link"] = Shape(link);
        }

        return shape;
    }
}
