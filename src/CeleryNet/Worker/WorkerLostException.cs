namespace CeleryNet.Worker;

/// <summary>Stored for a task that was acknowledged before its run and could not finish it.</summary>
[PythonException("WorkerLostError", Module = "billiard.exceptions")]
internal sealed class WorkerLostException(string message) : Exception(message);
