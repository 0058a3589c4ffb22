namespace CeleryNet.Worker;

/// <summary>How far a request of this worker is.</summary>
internal enum TaskPhase
{
    /// <summary>It waits for its time (Celery's <c>scheduled</c>).</summary>
    Held,

    /// <summary>It waits for its task's rate limit.</summary>
    Limited,

    /// <summary>It waits for a slot (Celery's <c>reserved</c>).</summary>
    Reserved,

    /// <summary>It has a slot (Celery's <c>active</c>).</summary>
    Running,
}
