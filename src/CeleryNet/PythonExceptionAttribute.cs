namespace CeleryNet;

/// <summary>Names the Python exception a .NET exception stands for, so that a Python caller catches it under that name.</summary>
/// <remarks>
/// Without it, well-known exceptions map by themselves (<see cref="ArgumentException"/> is <c>ValueError</c>, …) and every other one
/// arrives in Python as a class made up on the spot, with the .NET type's name.
/// </remarks>
[AttributeUsage(AttributeTargets.Class, Inherited = true)]
public sealed class PythonExceptionAttribute : Attribute
{
    /// <summary>Names the Python class.</summary>
    /// <param name="type">The class with its outer classes, such as <c>ValueError</c>.</param>
    public PythonExceptionAttribute(string type) => Type = type;

    /// <summary>The class with its outer classes.</summary>
    public string Type { get; }

    /// <summary>The Python module of the class.</summary>
    /// <value>The default is <c>builtins</c>.</value>
    public string Module { get; set; } = "builtins";
}
