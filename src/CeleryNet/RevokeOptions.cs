namespace CeleryNet;

/// <summary>How tasks are revoked.</summary>
/// <remarks>Mirrors the arguments of <c>app.control.revoke</c>.</remarks>
public sealed record RevokeOptions
{
    /// <summary>
    /// Whether tasks that run already are ended too: of a .NET task the cancellation token fires with <see cref="CancellationReason.Revoked"/>, of a Python task
    /// the process gets <see cref="Signal"/>.
    /// </summary>
    /// <value>The default is false: they go on.</value>
    public bool Terminate { get; init; }

    /// <summary>The name of the signal that the processes of Python's workers get; .NET workers pass it over.</summary>
    /// <value>The default is <c>SIGTERM</c>.</value>
    public string Signal { get; init; } = "SIGTERM";

    /// <summary>The names of the workers it is for, such as <c>celery@host</c>.</summary>
    /// <value>The default is null: all workers.</value>
    public IReadOnlyList<string>? Destination { get; init; }
}
