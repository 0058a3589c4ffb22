namespace CeleryNet.Extensibility;

/// <summary>Which arguments a parameter collects of those that no other parameter takes.</summary>
public enum CollectedArguments
{
    /// <summary>None: the parameter takes one argument.</summary>
    None,

    /// <summary>Those given by position, as Python's <c>*args</c> does.</summary>
    Positional,

    /// <summary>Those given by keyword, as Python's <c>**kwargs</c> does.</summary>
    Keyword,
}
