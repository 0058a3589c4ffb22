namespace CeleryNet.Worker;

/// <summary>The place of a request among those that wait for their time. Belongs to <see cref="EtaQueue"/>.</summary>
internal sealed class HeldPlace(TaskRequest request)
{
    /// <summary>Who has it; null once the request was taken out, and its message with it, while the place is still to be cleared away.</summary>
    public TaskRequest? Request { get; set; } = request;
}
