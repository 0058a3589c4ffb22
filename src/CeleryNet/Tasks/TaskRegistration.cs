using System.Diagnostics.CodeAnalysis;

namespace CeleryNet.Extensibility;

/// <summary>The tasks of one class. The source generator makes one for each class that declares tasks.</summary>
public abstract class TaskRegistration
{
    /// <summary>The class whose instances run the tasks, taken from the service container; null when all of them are static.</summary>
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    public virtual Type? InstanceType => null;

    /// <summary>The definitions of the tasks.</summary>
    public abstract IReadOnlyList<TaskDefinition> CreateDefinitions();
}

/// <summary>Ties a class that declares tasks to its generated registration, so that <c>AddTasks&lt;T&gt;()</c> finds it. Written by the source generator.</summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
public sealed class TaskRegistrationAttribute : Attribute
{
    /// <summary>Ties the two.</summary>
    /// <param name="declaringType">The class that declares the tasks.</param>
    /// <param name="registrationType">A <see cref="TaskRegistration"/> with a public parameterless constructor.</param>
    public TaskRegistrationAttribute(
        Type declaringType,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] Type registrationType)
    {
        DeclaringType = declaringType;
        RegistrationType = registrationType;
    }

    /// <summary>The class that declares the tasks.</summary>
    public Type DeclaringType { get; }

    /// <summary>The generated registration.</summary>
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)]
    public Type RegistrationType { get; }
}
