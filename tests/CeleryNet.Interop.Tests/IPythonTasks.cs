using System.Text.Json;

namespace CeleryNet.Interop.Tests;

/// <summary>The tasks of the Python worker, as .NET calls them.</summary>
public interface IPythonTasks
{
    [CeleryTask("interop.add")]
    long Add(long x, long y);

    [CeleryTask("interop.tsum")]
    long Sum(IReadOnlyList<long> numbers);

    [CeleryTask("interop.describe")]
    string Describe(string name, int count = 1, bool loud = false, double? factor = null);

    [CeleryTask("interop.repr")]
    string ReprOf(double value);

    [CeleryTask("interop.nothing")]
    void Nothing();

    [CeleryTask("interop.fail")]
    void Fail(string message);

    [CeleryTask("interop.fail_custom")]
    void FailCustom(string message);

    [CeleryTask("interop.now")]
    double Now();

    [CeleryTask("interop.gate")]
    string Gate(string key);

    [CeleryTask("interop.progress")]
    string Progress(string key);

    [CeleryTask("interop.who")]
    string Who(string key, int number);

    [CeleryTask("interop.collect")]
    string Collect(long first, [CeleryKeywordArguments] IReadOnlyDictionary<string, JsonElement>? more = null, params IReadOnlyList<double> rest);

    [CeleryTask("interop.sign_in")]
    string[] SignIn(string name, [CeleryArgument(Sensitive = true)] string password, [CeleryArgument(KeywordOnly = true, Sensitive = true)] int pin);

    [CeleryTask("interop.echo")]
    JsonElement Echo(JsonElement value);

    [CeleryTask("interop.note")]
    void Note(string key, string text);

    [CeleryTask("interop.note_value")]
    long NoteValue(long value, string key);

    [CeleryTask("interop.note_failure")]
    void NoteFailure(string taskId, string key);

    [CeleryTask("interop.scale")]
    long Scale(long value, [CeleryArgument(KeywordOnly = true)] long factor);

    [CeleryTask("interop.fail_with")]
    long FailWith(long value, string message);

    [CeleryTask("interop.total")]
    long Total(IReadOnlyList<long> numbers, long plus = 0);

    [CeleryTask("interop.flat")]
    long[] Flat(IReadOnlyList<JsonElement> nested);

    [CeleryTask("interop.order")]
    Receipt Order(Order order);
}

/// <summary>What a Python model of the same members would be.</summary>
public sealed record Order(string CustomerName, Address ShipTo, IReadOnlyList<OrderLine> Lines, string? Note = null);

public sealed record Address(string Street, int ZipCode);

public sealed record OrderLine(int Quantity, double UnitPrice);

public sealed record Receipt(string CustomerName, Address ShipTo, double Total, string? Note);
