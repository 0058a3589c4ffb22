using System.Reflection;
using CeleryNet.Extensibility;

namespace CeleryNet.Hosting;

/// <summary>Finds the registration that the source generator made for a class.</summary>
internal static class TaskRegistrations
{
    /// <exception cref="CeleryConfigurationException">There is none.</exception>
    public static TaskRegistration Find(Type declaringType)
    {
        foreach (var attribute in declaringType.Assembly.GetCustomAttributes<TaskRegistrationAttribute>())
        {
            if (attribute.DeclaringType == declaringType)
            {
                return (TaskRegistration)Activator.CreateInstance(attribute.RegistrationType)!;
            }
        }

        throw new CeleryConfigurationException(declaringType.IsInterface
            ? $"{declaringType} is an interface: its tasks are run elsewhere and only called from here, so there is nothing to add."
            : $"{declaringType} has no generated tasks: mark its methods with [CeleryTask] and compile it with the CeleryNet package, which brings the source generator.");
    }
}
