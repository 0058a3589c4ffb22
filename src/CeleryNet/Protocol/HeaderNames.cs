namespace CeleryNet.Protocol;

/// <summary>The headers the protocol defines; every other one is its sender's own.</summary>
internal static class HeaderNames
{
    public const string Lang = "lang";
    public const string Task = "task";
    public const string Id = "id";
    public const string Shadow = "shadow";
    public const string Eta = "eta";
    public const string Expires = "expires";
    public const string Group = "group";
    public const string GroupIndex = "group_index";
    public const string Retries = "retries";
    public const string TimeLimit = "timelimit";
    public const string RootId = "root_id";
    public const string ParentId = "parent_id";
    public const string ArgsRepr = "argsrepr";
    public const string KwargsRepr = "kwargsrepr";
    public const string Origin = "origin";
    public const string IgnoreResult = "ignore_result";
    public const string ReplacedTaskNesting = "replaced_task_nesting";
    public const string StampedHeaders = "stamped_headers";
    public const string Stamps = "stamps";
    public const string Compression = "compression";
    public const string Redelivered = "redelivered";

    public static bool IsDefined(string name) => name is Lang or Task or Id or Shadow or Eta or Expires or Group or GroupIndex or Retries or TimeLimit or RootId
        or ParentId or ArgsRepr or KwargsRepr or Origin or IgnoreResult or ReplacedTaskNesting or StampedHeaders or Stamps or Compression or Redelivered;

    /// <summary>Whether a broker keeps account of a message's deliveries in it: it belongs to the message that was delivered and to no other.</summary>
    public static bool IsBookkeeping(string name)
        => name is "x-death" or "x-delivery-count" or "x-acquired-count"
            || name.StartsWith("x-first-death-", StringComparison.Ordinal)
            || name.StartsWith("x-last-death-", StringComparison.Ordinal);
}
