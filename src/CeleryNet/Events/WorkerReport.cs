using System.Text.Json;
using CeleryNet.Serialization;

namespace CeleryNet.Events;

/// <summary>What a worker says of itself. celery/worker/heartbeat.py Heart</summary>
/// <param name="Interval">How often it does.</param>
/// <param name="Active">How many tasks run.</param>
/// <param name="Processed">How many were begun since it started.</param>
/// <param name="Load">How busy the machine was in the last minute, five minutes and fifteen.</param>
internal sealed record WorkerReport(TimeSpan Interval, int Active, long Processed, (double One, double Five, double Fifteen) Load)
{
    public static void Write(Utf8JsonWriter writer, WorkerReport report)
    {
        writer.WriteFloat("freq", report.Interval.TotalSeconds);
        writer.WriteNumber("active", report.Active);
        writer.WriteNumber("processed", report.Processed);
        writer.WriteStartArray("loadavg");
        PythonFloat.Write(writer, report.Load.One);
        PythonFloat.Write(writer, report.Load.Five);
        PythonFloat.Write(writer, report.Load.Fifteen);
        writer.WriteEndArray();
        WriteSoftware(writer);
    }

    /// <summary>Writes what the worker is.</summary>
    public static void WriteSoftware(Utf8JsonWriter writer)
    {
        writer.WriteText("sw_ident", Software.Name);
        writer.WriteText("sw_ver", Software.Version);
        writer.WriteText("sw_sys", Software.System);
    }
}
