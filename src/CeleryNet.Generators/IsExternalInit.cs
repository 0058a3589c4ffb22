namespace System.Runtime.CompilerServices;

/// <summary>What the compiler needs for init accessors, and so for records, and netstandard2.0 lacks.</summary>
internal static class IsExternalInit;
