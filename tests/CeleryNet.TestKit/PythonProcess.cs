namespace CeleryNet.TestKit;

/// <summary>A Python program: a script, or a module such as <c>celery</c>.</summary>
public sealed class PythonProcess : ChildProcess
{
    private PythonProcess(string name, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, string? workingDirectory)
        : base(TestBrokers.Python, arguments, environment, workingDirectory)
        => Name = name;

    /// <summary>Runs <c>python script arguments</c>.</summary>
    /// <param name="script">The script's path.</param>
    /// <param name="arguments">What follows it.</param>
    /// <param name="environment">Variables to set.</param>
    /// <param name="workingDirectory">Where to start it; null for the script's directory.</param>
    public static PythonProcess StartScript(
        string script,
        IEnumerable<string>? arguments = null,
        IReadOnlyDictionary<string, string>? environment = null,
        string? workingDirectory = null)
        => new(
            Path.GetFileName(script),
            ["-u", Path.GetFullPath(script), .. arguments ?? []],
            WithDefaults(environment),
            workingDirectory ?? Path.GetDirectoryName(Path.GetFullPath(script)));

    /// <summary>Runs <c>python -m module arguments</c>, such as <c>celery -A app worker</c>.</summary>
    /// <param name="module">The module.</param>
    /// <param name="arguments">What follows it.</param>
    /// <param name="environment">Variables to set.</param>
    /// <param name="workingDirectory">Where to start it, which is where Python looks for further modules.</param>
    public static PythonProcess StartModule(
        string module,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null,
        string? workingDirectory = null)
        => new($"python -m {module}", ["-u", "-m", module, .. arguments], WithDefaults(environment), workingDirectory);

    // Unbuffered, so that a line is seen when it is written; no .pyc files in the repository; root may run a worker. Celery takes NO_COLOR for a
    // boolean and refuses to start when it is any other text, which it may be on a developer's machine and is when the test runner sets it.
    private static Dictionary<string, string> WithDefaults(IReadOnlyDictionary<string, string>? environment)
    {
        var variables = new Dictionary<string, string>
        {
            ["PYTHONUNBUFFERED"] = "1",
            ["PYTHONDONTWRITEBYTECODE"] = "1",
            ["PYTHONIOENCODING"] = "utf-8",
            ["C_FORCE_ROOT"] = "1",
            ["NO_COLOR"] = "1",
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            variables[name] = value;
        }

        return variables;
    }
}
