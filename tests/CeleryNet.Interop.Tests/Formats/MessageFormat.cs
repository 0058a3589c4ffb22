namespace CeleryNet.Interop.Tests.Formats;

/// <summary>A way to write messages that both sides agree on, and what Python's values look like after a way through .NET.</summary>
/// <param name="Serializer">The serializer of messages, and of results unless these have one of their own.</param>
/// <param name="Compression">The compression of messages; empty for none.</param>
/// <param name="Protocol">The message protocol.</param>
/// <param name="IsAmqp">Over RabbitMQ, else over Redis.</param>
/// <param name="Results">The serializer of results; null for that of messages.</param>
public sealed record MessageFormat(string Serializer, string Compression = "", int Protocol = 2, bool IsAmqp = false, string? Results = null)
{
    // What every serializer can say.
    private static readonly string[] _common =
    [
        "None", "True", "-1", "2**63 - 1", "0.1", "2.0", "-0.0", "float('inf')", "float('-inf')", "float('nan')", "''", "'it\\'s \\n \\x00 \\U0001f600'", "[]", "{}",
        "[1, [2.5, {'a': [None]}]]", "{'a': {'ключ': '漢字'}, 'b': 1}",
    ];

    public string ResultSerializer => Results ?? Serializer;

    /// <summary>Whether messages are signed, by keys of either side's own.</summary>
    public bool IsSigned => Serializer == "auth";

    /// <summary>Expressions of values that come back to Python as they were.</summary>
    public IReadOnlyList<string> Values => Serializer switch
    {
        // JSON is what is signed.
        "json" or "auth" => [.. _common, "10**40", "'half \\ud83d'"],
        "msgpack" => [.. _common, "2**64 - 1", "b'\\x00\\xff'", "b''"],
        "yaml" =>
        [
            .. _common, "10**40", "b'\\x00\\xff'", "datetime.date(2026, 1, 2)", "datetime.datetime(2026, 1, 2, 3, 4, 5, 678901)", "'yes'", "'012'", "'1:30'", "'~'", "'2026-01-02'",
        ],
        "pickle" =>
        [
            .. _common, "10**40", "'half \\ud83d'", "b'\\x00\\xff'", "datetime.date(2026, 1, 2)", "datetime.datetime(2026, 1, 2, 3, 4, 5, 678901)",
            "datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)", "datetime.time(3, 4, 5)", "datetime.timedelta(days=-1, microseconds=3)",
            "decimal.Decimal('12.340')", "decimal.Decimal('1.23456789012345678901234567890123456789')", "uuid.UUID('00112233-4455-6677-8899-aabbccddeeff')", "(1+2j)",
        ],
        _ => _common,
    };

    /// <summary>Values of .NET, and how Python shows what it gets.</summary>
    public IReadOnlyList<(object? Value, string Repr)> DotNetValues
    {
        get
        {
            var date = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
            var id = new Guid("00112233-4455-6677-8899-aabbccddeeff");
            (object?, string)[] common = [(null, "None"), (5, "5"), (2.0, "2.0"), (double.NaN, "nan"), ("漢", "'漢'"), (new[] { 1, 2 }, "[1, 2]")];
            return Serializer switch
            {
                "msgpack" => [.. common, (date, "'2026-01-02T03:04:05Z'"), (12.340m, "'12.340'"), (id, $"'{id}'"), (new byte[] { 0, 255 }, "b'\\x00\\xff'")],
                "yaml" =>
                [
                    .. common, (date.DateTime, "datetime.datetime(2026, 1, 2, 3, 4, 5)"), (new DateOnly(2026, 1, 2), "datetime.date(2026, 1, 2)"), (12.340m, "'12.340'"),
                    (id, $"'{id}'"), (new byte[] { 0, 255 }, "b'\\x00\\xff'"),
                ],
                "pickle" =>
                [
                    .. common, (date, "datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)"), (new DateOnly(2026, 1, 2), "datetime.date(2026, 1, 2)"),
                    (12.340m, "Decimal('12.340')"), (id, $"UUID('{id}')"), (new byte[] { 0, 255 }, "b'\\x00\\xff'"), (TimeSpan.FromSeconds(90), "datetime.timedelta(seconds=90)"),
                ],
                _ => [.. common, (date, "'2026-01-02T03:04:05Z'"), (12.340m, "'12.340'"), (id, $"'{id}'"), (new byte[] { 0, 255, 254 }, "'AP/+'")],
            };
        }
    }

    public override string ToString() => $"{(IsAmqp ? "amqp" : "redis")} {Serializer} {Compression} protocol {Protocol}, results {ResultSerializer}";
}
