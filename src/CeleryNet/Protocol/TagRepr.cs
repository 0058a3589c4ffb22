using System.Text;
using CeleryNet.Serialization;

namespace CeleryNet.Protocol;

/// <summary>The look Celery gives to what JSON has only tags for: Python's <c>repr</c>, but for bytes.</summary>
internal static class TagRepr
{
    /// <summary>The look of a value as <see cref="Extensibility.WireJson"/> gives it; null for what is no tag.</summary>
    public static string? Of(object? value) => value is byte[] bytes ? $"b'{Bytes(bytes)}'" : PythonRepr.OfTag(value);

    // Celery shows bytes as text where they are UTF-8, else as hex digits. celery/utils/saferepr.py _repr_binary_bytes
    private static string Bytes(byte[] bytes) => System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : Convert.ToHexStringLower(bytes);
}
