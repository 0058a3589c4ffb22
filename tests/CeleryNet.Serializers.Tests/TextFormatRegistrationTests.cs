using CeleryNet.Extensibility;
using Microsoft.Extensions.DependencyInjection;

namespace CeleryNet.Serializers.Tests;

public sealed class TextFormatRegistrationTests
{
    [Fact]
    public void Serializers_are_found_in_the_services_of_the_host()
    {
        var services = new ServiceCollection();

        services.AddCelery(options => options.Broker = "memory://").AddMessagePack().AddYaml();

        services.Where(service => service.ServiceType == typeof(CelerySerializer))
            .Select(service => service.ImplementationInstance.ShouldBeAssignableTo<CelerySerializer>()!)
            .Select(serializer => (serializer.Name, serializer.ContentType, serializer.ContentEncoding))
            .ShouldBe([("msgpack", "application/x-msgpack", "binary"), ("yaml", "application/x-yaml", "utf-8")]);
    }
}
