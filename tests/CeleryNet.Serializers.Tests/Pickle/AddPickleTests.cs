using CeleryNet.Extensibility;
using Microsoft.Extensions.DependencyInjection;

namespace CeleryNet.Serializers.Tests.Pickle;

public sealed class AddPickleTests
{
    [Fact]
    public void Adding_pickle_makes_the_serializer_known_under_Celerys_names()
    {
        var services = new ServiceCollection();
        services.AddCelery().AddPickle();

        var serializer = services.Select(each => each.ImplementationInstance).OfType<CelerySerializer>().ShouldHaveSingleItem();

        serializer.Name.ShouldBe("pickle");
        serializer.ContentType.ShouldBe("application/x-python-serialize");
        serializer.ContentEncoding.ShouldBe("binary");
    }
}
