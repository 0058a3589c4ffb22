using System.Text.Json;

namespace CeleryNet.Extensibility;

/// <summary>A value together with its static type, which knows how to write itself as JSON: an argument of a call or the result of a task.</summary>
/// <remarks>Immutable as far as the value is; used by generated code so that no reflection is needed to write a message.</remarks>
public abstract class TaskValue
{
    private protected TaskValue(bool isSensitive = false) => IsSensitive = isSensitive;

    /// <summary>JSON's null: the result of a task that returns nothing.</summary>
    public static TaskValue Null { get; } = new TypedTaskValue<object?>(null);

    /// <summary>Wraps a value with its static type.</summary>
    /// <typeparam name="T">The type by which the value is written; for a base type or an interface only that type's members are.</typeparam>
    /// <param name="value">The value; null is written as null.</param>
    public static TaskValue Of<T>(T value) => new TypedTaskValue<T>(value);

    /// <summary>Wraps a value that is sent like any other, while those who look at the message see <c>***</c> in its place.</summary>
    /// <typeparam name="T">The type by which the value is written.</typeparam>
    /// <param name="value">The value; null is written as null.</param>
    /// <remarks>It holds for <c>argsrepr</c> and <c>kwargsrepr</c>, from which logs and monitors take what they show. The body of the message carries the value.</remarks>
    public static TaskValue Sensitive<T>(T value) => new TypedTaskValue<T>(value, isSensitive: true);

    /// <summary>Wraps the value a task will have returned.</summary>
    /// <typeparam name="T">The type by which the value is written.</typeparam>
    /// <param name="task">The running task.</param>
    public static async ValueTask<TaskValue> FromAsync<T>(Task<T> task) => Of(await task.ConfigureAwait(false));

    /// <inheritdoc cref="FromAsync{T}(Task{T})" />
    public static async ValueTask<TaskValue> FromAsync<T>(ValueTask<T> task) => Of(await task.ConfigureAwait(false));

    /// <summary>Null, once the task has ended.</summary>
    /// <param name="task">The running task.</param>
    public static async ValueTask<TaskValue> FromAsync(Task task)
    {
        await task.ConfigureAwait(false);
        return Null;
    }

    /// <inheritdoc cref="FromAsync(Task)" />
    public static async ValueTask<TaskValue> FromAsync(ValueTask task)
    {
        await task.ConfigureAwait(false);
        return Null;
    }

    /// <summary>Whether <c>***</c> is shown in place of the value.</summary>
    /// <value>False, unless it was made by <see cref="Sensitive{T}(T)"/>.</value>
    public bool IsSensitive { get; }

    /// <summary>The value as an object, null included.</summary>
    public abstract object? AsObject();

    /// <summary>Writes the value as JSON.</summary>
    /// <param name="writer">Where to write.</param>
    /// <param name="options">The application's serializer options; they must know the value's type.</param>
    /// <exception cref="JsonException">The value cannot be written.</exception>
    /// <exception cref="NotSupportedException">The options have no metadata for the type.</exception>
    public abstract void Write(Utf8JsonWriter writer, JsonSerializerOptions options);
}
