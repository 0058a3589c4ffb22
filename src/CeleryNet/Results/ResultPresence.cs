namespace CeleryNet;

/// <summary>What is known of a result of which the backend may have nothing.</summary>
public enum ResultPresence
{
    /// <summary>A state is stored.</summary>
    Stored,

    /// <summary>
    /// Nothing is stored yet: the task was sent by the call that returned this handle, too short ago for a result to have expired, and its end has not been seen. It
    /// waits, or runs where started tasks are not tracked, unless the task itself ignores its result or somebody else has forgotten it.
    /// </summary>
    Pending,

    /// <summary>Nothing is stored any more: this handle has seen the task's end, which has since expired or was forgotten.</summary>
    Gone,

    /// <summary>
    /// Nothing is stored, and why cannot be told: the handle was made from an id, the call ignored its result, or it was sent too long ago. The task may wait, may
    /// never have been sent, or its result may have expired. No backend can tell these apart.
    /// </summary>
    Unknown,
}
