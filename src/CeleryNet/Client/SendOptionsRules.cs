namespace CeleryNet.Client;

/// <summary>What the options of a call must keep to; each error names the option, the rule and the value.</summary>
internal static class SendOptionsRules
{
    /// <param name="options">The options of the call, those of its route included.</param>
    /// <param name="parameter">The name of the parameter they came by.</param>
    /// <exception cref="ArgumentException">An option breaks its rule.</exception>
    public static void Check(SendOptions options, string parameter)
    {
        if (Find(options) is { } error)
        {
            throw new ArgumentException(error, parameter);
        }
    }

    /// <summary>What is wrong with the options; null when nothing is.</summary>
    public static string? Find(SendOptions options) => options switch
    {
        { TaskId: { Value: null or "" } } => "TaskId must not be empty; leave it null for a new one.",
        { RootId: { Value: null or "" } } => "RootId must not be empty; leave it null for the workflow's own.",
        { ParentId: { Value: null or "" } } => "ParentId must not be empty; leave it null for the task that sends.",
        { GroupId: "" } => "GroupId must not be empty; leave it null for no group.",
        { Queue: "" } => "Queue must not be empty; leave it null for the route's or the default queue.",
        { Serializer: "" } => "Serializer must not be empty; leave it null for the application's.",
        { Compression: "" } => "Compression must not be empty; leave it null for the application's.",
        { Countdown: not null, Eta: not null } => "Countdown and Eta say the same thing; set one of them.",
        { ExpiresAfter: not null, ExpiresAt: not null } => "ExpiresAfter and ExpiresAt say the same thing; set one of them.",
        { Priority: < 0 or > 255 } => $"Priority must be 0 to 255, was {options.Priority}.",
        { GroupIndex: < 0 } => $"GroupIndex must be 0 or more, was {options.GroupIndex}.",
        { Retries: < 0 } => $"Retries must be 0 or more, was {options.Retries}.",
        { DeliveryMode: { } mode } when !Enum.IsDefined(mode) => $"DeliveryMode must be Transient or Persistent, was {mode}.",
        { TimeLimit: { } limit } when limit < TimeSpan.Zero => $"TimeLimit must not be negative, was {limit}.",
        { SoftTimeLimit: { } limit } when limit < TimeSpan.Zero => $"SoftTimeLimit must not be negative, was {limit}.",
        { TimeLimit: { } hard, SoftTimeLimit: { } soft } when hard > TimeSpan.Zero && soft > hard
            => $"SoftTimeLimit must not be greater than TimeLimit, which is {hard}, was {soft}.",
        { Stamps: { } stamps } when stamps.ContainsKey("") => "Stamps must not have an empty name.",
        { Headers: { } headers } when headers.ContainsKey("") => "Headers must not have an empty name.",
        _ => null,
    };
}
