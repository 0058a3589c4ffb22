namespace CeleryNet.TestKit;

/// <summary>Names that no other test uses, so that tests can share a server.</summary>
public static class Names
{
    /// <summary>A new name for a queue, a key, a task, …</summary>
    /// <param name="prefix">What it starts with, for the person who looks at the server.</param>
    public static string Unique(string prefix = "test") => $"{prefix}-{Guid.NewGuid():N}";
}
