using System.Globalization;
using CeleryNet.Extensibility;
using FsCheck;
using FsCheck.Fluent;

namespace CeleryNet.Serializers.Tests.RoundTrip;

/// <summary>
/// The property that serializers are for: a value written here is the same value to Python, and what Python writes for it is the same value here.
/// </summary>
/// <param name="python">The other side.</param>
/// <param name="serializer">The serializer, which kombu must know by the same name.</param>
/// <param name="format">What it can say.</param>
public sealed class RoundTripCheck(PythonPeer python, CelerySerializer serializer, WireFormat format)
{
    /// <summary>The variable that repeats a run: the seed a failure has printed.</summary>
    private const string SeedVariable = "CELERYNET_TEST_SEED";

    private const int Batch = 250;
    private const int Size = 50;

    private readonly ContentLimits _limits = new();

    /// <summary>Generates values and checks each of them.</summary>
    /// <param name="count">How many.</param>
    public async Task HoldsForAsync(int count = 2000)
    {
        var seed = Environment.GetEnvironmentVariable(SeedVariable) is { Length: > 0 } given
            ? ulong.Parse(given, CultureInfo.InvariantCulture)
            : (ulong)Random.Shared.NextInt64();
        var values = WireValues.Of(format).Sample(count, new Rnd(seed), Size);
        values.Length.ShouldBe(count);
        foreach (var batch in values.Chunk(Batch))
        {
            if (await FindFaultAsync(batch) is { } fault)
            {
                Assert.Fail($"{SeedVariable}={seed} repeats this.{Environment.NewLine}{fault}");
            }
        }
    }

    /// <summary>Checks one value.</summary>
    /// <param name="value">An object as <see cref="WireJson"/> gives it.</param>
    public async Task HoldsForValueAsync(object? value)
    {
        if (await FindFaultAsync([value]) is { } fault)
        {
            Assert.Fail(fault);
        }
    }

    // What is wrong with each value; null where nothing is.
    private async Task<string?[]> FindFaultsAsync(object?[] values)
    {
        var faults = new string?[values.Length];
        if (values.Length == 0)
        {
            return faults;
        }

        var bodies = new ReadOnlyMemory<byte>[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            try
            {
                bodies[i] = serializer.Encode(WireJson.FromObject(values[i], _limits));
            }
            catch (CeleryException error)
            {
                faults[i] = $"It cannot be written: {error.Message}";
            }
        }

        var replies = await python.RoundTripAsync(serializer, bodies);
        for (var i = 0; i < values.Length; i++)
        {
            faults[i] ??= FindFault(Description.Of(values[i]), bodies[i].Span, replies[i]);
        }

        return faults;
    }

    private string? FindFault(string expected, ReadOnlySpan<byte> body, PythonReply reply)
    {
        if (reply.Error is not null || reply.Description != expected)
        {
            return $"Python got {reply.Description ?? reply.Error}{Environment.NewLine}from {Convert.ToBase64String(body)}";
        }

        if (reply.ContentType != serializer.ContentType || reply.ContentEncoding != serializer.ContentEncoding)
        {
            return $"Python calls it {reply.ContentType}, {reply.ContentEncoding}.";
        }

        try
        {
            var back = Description.Of(WireJson.ToObject(serializer.Decode(reply.Body, reply.ContentEncoding, _limits).Span));
            return back == expected ? null : $"It came back as {back}{Environment.NewLine}from {Convert.ToBase64String(reply.Body)}";
        }
        catch (CeleryException error)
        {
            return $"It did not come back: {error.Message}{Environment.NewLine}from {Convert.ToBase64String(reply.Body)}";
        }
    }

    // The smallest part of a value that is at fault by itself tells more than the value.
    private async Task<string?> FindFaultAsync(object?[] values)
    {
        var faults = await FindFaultsAsync(values);
        var index = Array.FindIndex(faults, fault => fault is not null);
        return index < 0
            ? null
            : await FindFaultAsync(PartsOf(values[index])) ?? $"The value is  {Description.Of(values[index])}{Environment.NewLine}{faults[index]}";
    }

    private static object?[] PartsOf(object? value) => value switch
    {
        OrderedDictionary<string, object?> map => [.. map.Values, .. map.Keys],
        List<object?> items => [.. items],
        _ => [],
    };
}
