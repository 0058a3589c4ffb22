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
}
