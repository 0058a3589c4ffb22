using CeleryNet.Extensibility;
using CeleryNet.Security;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace CeleryNet;

/// <summary>Adds signed messages.</summary>
public static class CelerySecurityExtensions
{
    /// <summary>
    /// Adds the serializer <c>auth</c>, which signs messages and reads only those that somebody trusted has signed. Its options are bound from the configuration
    /// section <c>Celery:Security</c> and Celery's own settings (<c>security_key</c> …) first.
    /// </summary>
    /// <param name="celery">What to add it to.</param>
    /// <param name="configure">Changes its options; null leaves them.</param>
    /// <remarks>
    /// It is used once <c>TaskSerializer</c> is <c>auth</c> and <c>AcceptContent</c> is only <c>auth</c>; a host where it would be without effect does not start.
    /// Mirrors Celery's <c>setup_security</c>.
    /// </remarks>
    public static CeleryBuilder AddSecurity(this CeleryBuilder celery, Action<CelerySecurityOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(celery);
        var services = celery.Services;
        services.AddOptions<CelerySecurityOptions>().ValidateOnStart();
        services.AddSingleton<IConfigureOptions<CelerySecurityOptions>>(provider => new ConfigureOptions<CelerySecurityOptions>(options =>
        {
            if (provider.GetService<IConfiguration>() is { } configuration)
            {
                new SecurityOptionsBinding(configuration).Bind(options);
            }
        }));
        if (configure is not null)
        {
            services.Configure(configure);
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<CelerySecurityOptions>, CelerySecurityOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<CeleryOptions>, SignedContentValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<CelerySerializer, DeferredAuthSerializer>(provider => new DeferredAuthSerializer(provider)));
        return celery;
    }
}
