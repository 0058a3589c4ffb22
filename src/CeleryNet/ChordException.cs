namespace CeleryNet;

/// <summary>The body of a chord is not run, since a part of the header failed or was revoked, or the results could not be brought together.</summary>
/// <remarks>
/// Stored under the id of the body, and given to what the body calls on an error. Mirrors <c>celery.exceptions.ChordError</c>, with its texts: <c>Dependency … raised …</c>
/// names the part and what it raised as Python would show it.
/// </remarks>
public sealed class ChordException : CeleryException
{
    internal ChordException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
