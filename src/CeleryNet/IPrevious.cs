namespace CeleryNet;

/// <summary>
/// Stands for the result of the step before, which is known only when the workflow runs: what <c>Then</c> gives to its lambda, and the signature factories take in
/// place of their first argument.
/// </summary>
/// <typeparam name="T">The type of that result. A placeholder of a type fits where one of a base type or an interface of it is asked for.</typeparam>
/// <remarks>Celery's partial: the result is put before the other positional arguments. Only this library makes placeholders.</remarks>
public interface IPrevious<out T>
{
    /// <summary>What tells the placeholder of one step from those of others.</summary>
    internal object Step { get; }

    /// <summary>The same result read as another type: for types that differ here and are one in JSON, such as <see cref="int"/> and <see cref="long"/>, or a list for an array.</summary>
    /// <typeparam name="TOther">The type that the task takes. Whether the value fits is known when the task runs.</typeparam>
    IPrevious<TOther> As<TOther>();
}
