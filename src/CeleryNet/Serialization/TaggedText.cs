namespace CeleryNet.Extensibility;

/// <summary>A value of Python's that no .NET type can hold, such as a <c>Decimal</c> of forty digits: the name of its tag and its text.</summary>
/// <param name="Type">The tag, such as <c>decimal</c>.</param>
/// <param name="Text">The value as Python writes it.</param>
public readonly record struct TaggedText(string Type, string Text);
