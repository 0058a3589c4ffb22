namespace CeleryNet;

/// <summary>
/// Lets a parameter of a task collect the keyword arguments that no other parameter takes, as Python's <c>**kwargs</c> does. The parameter is a
/// <see cref="Dictionary{TKey, TValue}"/>, an <see cref="IDictionary{TKey, TValue}"/> or an <see cref="IReadOnlyDictionary{TKey, TValue}"/> with keys of type
/// <see cref="string"/>; where the arguments are of several types, its values are <see cref="System.Text.Json.JsonElement"/>.
/// </summary>
/// <remarks>
/// Without such a parameter a keyword that the task does not know is an error. The signature factory takes the dictionary and sends its entries as keyword
/// arguments. For the positional arguments the counterpart is C#'s <c>params</c>, which collects as Python's <c>*args</c> does.
/// </remarks>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class CeleryKeywordArgumentsAttribute : Attribute;
