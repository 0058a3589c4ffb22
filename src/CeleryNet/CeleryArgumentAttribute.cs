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

    /// <summary>
    /// Keep the value of this argument out of sight: <c>***</c> stands for it in <c>argsrepr</c> and <c>kwargsrepr</c> of calls made through the signature
    /// factory, in the errors of a value that does not fit, and in the arguments that <c>result_extended</c> stores. The default is false.
    /// </summary>
    /// <remarks>The message itself carries the value, and a Python caller has to set <c>argsrepr</c> or <c>kwargsrepr</c> on its own.</remarks>
    public bool Sensitive { get; set; }
}
