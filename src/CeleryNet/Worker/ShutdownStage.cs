namespace CeleryNet.Worker;

/// <summary>How far the shutdown of a worker is. Each stage gives running tasks less time than the one before. celery/apps/worker.py</summary>
internal enum ShutdownStage
{
    /// <summary>The worker works.</summary>
    None,

    /// <summary>No more messages are taken; running tasks have their grace.</summary>
    Warm,

    /// <summary>Running tasks have a last, short time.</summary>
    Soft,

    /// <summary>Running tasks are cancelled.</summary>
    Cold,
}
