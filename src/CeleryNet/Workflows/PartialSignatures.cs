using CeleryNet.Workflows;

namespace CeleryNet.Extensibility;

/// <summary>Makes calls whose first positional argument is the result of the step before. Used by generated code.</summary>
public static class PartialSignatures
{
    /// <summary>A call that gets the result of the step before in front of its arguments.</summary>
    /// <typeparam name="T">The type of that result.</typeparam>
    /// <typeparam name="TResult">The type the call's result is read as.</typeparam>
    /// <param name="previous">The result of the step before.</param>
    /// <param name="signature">The call, with the arguments after the first.</param>
    /// <param name="isSensitive">Whether that result is kept out of sight.</param>
    public static Signature<TResult> Take<T, TResult>(IPrevious<T> previous, Signature<TResult> signature, bool isSensitive = false)
        => (Signature<TResult>)Take(previous, (Signature)signature, isSensitive);

    /// <inheritdoc cref="Take{T, TResult}(IPrevious{T}, Signature{TResult}, bool)" />
    public static Signature Take<T>(IPrevious<T> previous, Signature signature, bool isSensitive = false)
    {
        ArgumentNullException.ThrowIfNull(previous);
        ArgumentNullException.ThrowIfNull(signature);
        // Who sends the call knows nothing of its parameters.
        var options = isSensitive ? signature.Options with { ArgsRepr = signature.Options.ArgsRepr ?? "(...)" } : signature.Options;
        return signature.Copy(signature.Args, signature.Kwargs, options, (signature.Parts ?? new SignatureParts()) with { Previous = previous.Step });
    }
}
