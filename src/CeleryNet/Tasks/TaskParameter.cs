using System.Text;

namespace CeleryNet.Extensibility;

/// <summary>One argument of a task as the wire sees it. Made by generated code.</summary>
public sealed class TaskParameter
{
    /// <summary>Describes a parameter.</summary>
    /// <param name="name">The keyword on the wire.</param>
    /// <param name="clrName">The name in the method; accepted as a keyword too.</param>
    /// <param name="isOptional">Whether the method has a default for it.</param>
    /// <param name="isKeywordOnly">Whether it can be given by keyword only.</param>
    public TaskParameter(string name, string clrName, bool isOptional, bool isKeywordOnly)
    {
        Name = name;
        ClrName = clrName;
        IsOptional = isOptional;
        IsKeywordOnly = isKeywordOnly;
        NameUtf8 = Encoding.UTF8.GetBytes(name);
        ClrNameUtf8 = Encoding.UTF8.GetBytes(clrName);
    }

    /// <summary>The keyword on the wire.</summary>
    public string Name { get; }

    /// <summary>The name in the method.</summary>
    public string ClrName { get; }

    /// <summary>Whether the method has a default for it.</summary>
    public bool IsOptional { get; }

    /// <summary>Whether it can be given by keyword only.</summary>
    public bool IsKeywordOnly { get; }

    /// <summary>Which arguments it collects.</summary>
    /// <value>The default is none. A parameter that collects has no keyword and is never missing.</value>
    public CollectedArguments Collects { get; init; }

    /// <summary>Whether its value is kept out of errors and of what is stored beside a result.</summary>
    /// <value>The default is false.</value>
    public bool IsSensitive { get; init; }

    internal byte[] NameUtf8 { get; }

    internal byte[] ClrNameUtf8 { get; }
}
