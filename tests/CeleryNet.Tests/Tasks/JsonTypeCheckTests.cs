using System.Text.Json;
using System.Text.Json.Serialization;
using CeleryNet.Extensibility;
using CeleryNet.Serialization;
using CeleryNet.Tasks;

namespace CeleryNet.Tests.Tasks;

public sealed partial class JsonTypeCheckTests
{
    private static readonly JsonSerializerOptions _listed = CeleryJson.Complete(Listed.Default.Options);

    [Fact]
    public void Types_that_are_listed_or_plain_are_known()
        => JsonTypeCheck.Check([Task("known", typeof(Known), typeof(int), typeof(int?), typeof(DateTimeOffset?), typeof(JsonElement), typeof(string[]))], _listed);

    [Fact]
    public void Types_that_nobody_has_listed_are_named_with_their_tasks_and_what_to_do()
    {
        TaskDefinition[] definitions = [Task("one", typeof(IReadOnlyList<Unknown>)), Task("two", typeof(int), typeof(IReadOnlyList<Unknown>), typeof(Unknown[]))];

        var message = Should.Throw<CeleryConfigurationException>(() => JsonTypeCheck.Check(definitions, _listed)).Message;

        message.ShouldContain("System.Collections.Generic.IReadOnlyList<CeleryNet.Tests.Tasks.JsonTypeCheckTests.Unknown> (of 'one', 'two')");
        message.ShouldContain("CeleryNet.Tests.Tasks.JsonTypeCheckTests.Unknown[] (of 'two')");
        message.ShouldContain("[JsonSerializable(typeof(...))]");
        message.ShouldContain("SerializerOptions");
    }

    [Fact]
    public void Reflection_knows_every_type() => JsonTypeCheck.Check([Task("any", typeof(Unknown))], CeleryJson.Complete(null));

    private static TaskDefinition Task(string name, params Type[] types) => new(name, [], _ => new(TaskValue.Null)) { JsonTypes = types };

    internal sealed record Known(int Number);

    internal sealed record Unknown(int Number);

    [JsonSerializable(typeof(Known))]
    private sealed partial class Listed : JsonSerializerContext;
}
