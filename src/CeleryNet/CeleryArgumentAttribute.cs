namespace CeleryNet;

/// <summary>Says how a parameter of a task looks on the wire.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class CeleryArgumentAttribute : Attribute
{
    /// <summary>Keeps the derived keyword: the parameter's name in snake_case.</summary>
    public CeleryArgumentAttribute()
    {
    }

    /// <summary>Gives the parameter a keyword of its own.</summary>
    /// <param name="name">The keyword Python uses for this argument.</param>
    public CeleryArgumentAttribute(string name) => Name = name;

    /// <summary>The keyword on the wire; null stands for the parameter's name in snake_case (<c>zipCode</c> is <c>zip_code</c>).</summary>
    public string? Name { get; }

    /// <summary>
    /// Send this argument by keyword and accept it only so, as Python's parameters after <c>*</c>. The default is false: sent by position,
    /// accepted by position or keyword.
    /// </summary>
    public bool KeywordOnly { get; set; }
}
