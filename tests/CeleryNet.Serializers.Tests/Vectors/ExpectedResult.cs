namespace CeleryNet.Serializers.Tests.Vectors;

/// <summary>What a stored result says, known from the task that was run. The tasks and calls are those of the capture.</summary>
internal sealed record ExpectedResult(string State, string Task)
{
    /// <summary>As JSON; null when <see cref="ExceptionType"/> says what it is, or when it names a process.</summary>
    public string? Result { get; init; }

    public string? ExceptionType { get; init; }

    public string ExceptionModule { get; init; } = "builtins";

    /// <summary>As JSON.</summary>
    public IReadOnlyList<string> ExceptionArguments { get; init; } = [];

    /// <summary>What Python's <c>str</c> makes of it.</summary>
    public string ExceptionText { get; init; } = "";

    /// <summary>A line of the traceback; null when there is none.</summary>
    public string? Traceback { get; init; }

    public string Args { get; init; } = "[]";

    public string Kwargs { get; init; } = "{}";

    public int Retries { get; init; }

    /// <summary>How many tasks it sent.</summary>
    public int Children { get; init; }

    /// <summary>Whether <c>result_extended</c> adds to it. Not where Celery has no request at hand.</summary>
    public bool IsExtended { get; init; } = true;

    /// <summary>By the names of the files; those that the versions store differently by version.</summary>
    public static ExpectedResult For(string name, bool isOld) => (name, isOld) switch
    {
        ("success-int", _) => new("SUCCESS", "tasks.add") { Result = "5", Args = "[2, 3]" },
        ("success-structure", _) => new("SUCCESS", "tasks.echo")
        {
            Result = """[[1, "é"], {"k": [null, true]}]""",
            Args = """[1, "é"]""",
            Kwargs = """{"k": [null, true]}""",
        },
        ("success-after-retry", _) => new("SUCCESS", "tasks.retry_then_ok") { Result = "\"ok after 1\"", Retries = 1 },
        ("success-with-children", _) => new("SUCCESS", "tasks.spawn_children") { Children = 2 },
        ("custom-progress", _) => new("PROGRESS", "tasks.progress") { Result = """{"current": 3, "total": 10}""" },
        ("started", _) => new("STARTED", "tasks.slow") { Args = "[1.5]" },
        ("failure", _) => new("FAILURE", "tasks.fail")
        {
            ExceptionType = "ValueError",
            ExceptionArguments = ["\"boom\"", "42"],
            ExceptionText = "('boom', 42)",
            Traceback = "ValueError: ('boom', 42)",
            Args = "[\"boom\"]",
        },
        ("failure-custom-exception", _) => new("FAILURE", "tasks.fail_custom")
        {
            ExceptionType = "CustomError",
            ExceptionModule = "tasks",
            ExceptionArguments = ["7", """{"k": "v"}"""],
            ExceptionText = "(7, {'k': 'v'})",
            Traceback = "CustomError: (7, {'k': 'v'})",
        },
        ("failure-hard-time-limit", _) => new("FAILURE", "tasks.slow")
        {
            ExceptionType = "TimeLimitExceeded",
            ExceptionModule = "billiard.exceptions",
            ExceptionArguments = ["1"],
            ExceptionText = "1",
            Args = "[30]",
        },
        ("failure-soft-time-limit", _) => new("FAILURE", "tasks.slow")
        {
            ExceptionType = "SoftTimeLimitExceeded",
            ExceptionModule = "billiard.exceptions",
            Traceback = "SoftTimeLimitExceeded",
            Args = "[30]",
        },
        ("retry", _) => new("RETRY", "tasks.retry_then_ok")
        {
            ExceptionType = "KeyError",
            ExceptionArguments = ["\"first attempt\""],
            ExceptionText = "'first attempt'",
            Traceback = "celery.exceptions.Retry: Retry in 2.0s: KeyError('first attempt')",
            Children = 1,
        },
        // 5.6 stores it when the control command comes, knowing the id alone.
        ("revoked", _) => Revoked("revoked", "tasks.add", "[1, 1]") with { IsExtended = isOld },
        ("revoked-terminated", _) => Revoked("terminated", "tasks.slow", "[30]"),
        ("revoked-expired", _) => Revoked("expired", "tasks.add", "[1, 1]"),
        ("unregistered-task", _) => new("FAILURE", "tasks.not_registered")
        {
            ExceptionType = "NotRegistered",
            ExceptionModule = "celery.exceptions",
            ExceptionArguments = ["\"tasks.not_registered\""],
            ExceptionText = "tasks.not_registered",
            IsExtended = false,
        },
        // 5.2 leaves a rejected task as it was.
        ("rejected", true) => new("STARTED", "tasks.rejected"),
        ("rejected", false) => new("FAILURE", "tasks.rejected")
        {
            ExceptionType = "Reject",
            ExceptionModule = "celery.exceptions",
            ExceptionArguments = ["\"no thanks\"", "false"],
            ExceptionText = "('no thanks', False)",
        },
        _ => throw new ArgumentException($"Nothing is known of the result '{name}'."),
    };

    private static ExpectedResult Revoked(string why, string task, string args)
        => new("REVOKED", task) { ExceptionType = "TaskRevokedError", ExceptionModule = "celery.exceptions", ExceptionArguments = [$"\"{why}\""], ExceptionText = why, Args = args };
}
