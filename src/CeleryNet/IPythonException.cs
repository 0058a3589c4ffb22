namespace CeleryNet;

/// <summary>An exception that says itself with which arguments Python shall see it, instead of its message alone.</summary>
/// <remarks>
/// With <see cref="PythonExceptionAttribute"/> a Python caller gets the very exception a Python task would have raised:
/// <c>raise OutOfStock("A-7", 3)</c> is an exception named <c>OutOfStock</c> whose arguments are the article and the number.
/// </remarks>
public interface IPythonException
{
    /// <summary>Python's <c>exc.args</c>, in order; Python calls the class with them.</summary>
    /// <value>
    /// Whatever the application's serializer options can write, null included; what they cannot write is stored as its text. Empty for an exception
    /// without arguments. Should the getter throw, the exception's message is the only argument.
    /// </value>
    IReadOnlyList<object?> Arguments { get; }
}
