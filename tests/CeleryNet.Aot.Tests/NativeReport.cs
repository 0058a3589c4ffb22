namespace CeleryNet.Aot.Tests;

/// <summary>Figures that are shown and not judged: in the test's output and in the file that tests/run.sh prints.</summary>
internal static class NativeReport
{
    private const string Variable = "CELERYNET_AOT_REPORT";

    public static async Task WriteAsync(string line)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } path)
        {
            await File.AppendAllTextAsync(path, line + "\n");
        }
    }
}
