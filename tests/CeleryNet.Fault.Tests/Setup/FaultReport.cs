namespace CeleryNet.Fault.Tests.Setup;

/// <summary>One line for each test, in its output and in the file that tests/run.sh prints.</summary>
internal static class FaultReport
{
    private const string Variable = "CELERYNET_FAULT_REPORT";

    private static readonly Lock _writing = new();

    public static void Write(string line)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } path)
        {
            lock (_writing)
            {
                File.AppendAllText(path, line + "\n");
            }
        }
    }
}
