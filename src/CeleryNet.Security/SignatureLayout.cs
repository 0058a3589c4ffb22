namespace CeleryNet;

/// <summary>How a signed body is put together. Celery changed it in 5.5, and neither side reads the other's; this library reads both.</summary>
public enum SignatureLayout
{
    /// <summary>What Celery up to 5.4 writes and reads. The signed content must be text: JSON or YAML.</summary>
    Celery52,

    /// <summary>What Celery 5.5 and later write and read.</summary>
    Celery55,
}
