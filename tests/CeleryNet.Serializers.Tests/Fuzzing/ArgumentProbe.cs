using System.Numerics;
using System.Text.Json;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Serialization;
using CeleryNet.Tasks;
using CeleryNet.TestKit;

namespace CeleryNet.Serializers.Tests.Fuzzing;

/// <summary>Binds arguments to parameters of all types that a task may have.</summary>
internal static class ArgumentProbe
{
    private const int Parameters = 8;

    private static readonly JsonSerializerOptions _options = CeleryJson.Complete(null);

    private static readonly TaskDefinition _definition = new(
        "tasks.probe",
        [.. Enumerable.Range(0, Parameters).Select(index => new TaskParameter($"p{index}", $"p{index}", isOptional: true, isKeywordOnly: false))],
        _ => new(TaskValue.Null));

    private static readonly Action<BoundArguments, int>[] _reads =
    [
        (bound, index) => bound.Get(index, 0),
        (bound, index) => bound.Get(index, 0L),
        (bound, index) => bound.Get(index, 0.0),
        (bound, index) => bound.Get(index, 0f),
        (bound, index) => bound.Get(index, 0m),
        (bound, index) => bound.Get<string?>(index, null),
        (bound, index) => bound.Get<bool?>(index, null),
        (bound, index) => bound.Get<byte[]?>(index, null),
        (bound, index) => bound.Get(index, default(Guid)),
        (bound, index) => bound.Get(index, default(DateTimeOffset)),
        (bound, index) => bound.Get(index, default(DateTime)),
        (bound, index) => bound.Get(index, default(DateOnly)),
        (bound, index) => bound.Get(index, default(TimeOnly)),
        (bound, index) => bound.Get(index, default(TimeSpan)),
        (bound, index) => bound.Get(index, default(BigInteger)),
        (bound, index) => bound.Get(index, default(Complex)),
        (bound, index) => bound.Get(index, default(JsonElement)),
        (bound, index) => bound.Get<object?>(index, null),
        (bound, index) => bound.Get<int[]?>(index, null),
        (bound, index) => bound.Get<List<object>?>(index, null),
        (bound, index) => bound.Get<Dictionary<string, object>?>(index, null),
        (bound, index) => bound.Get<Uri?>(index, null),
    ];

    /// <exception cref="TaskArgumentException">They do not fit.</exception>
    public static void Bind(TaskBody body, int type)
    {
        var context = new TaskContext("id", _definition.Name, new TaskCancellation()) { RootId = "id", Hostname = "celery@test" };
        var bound = new TaskInvocation(_definition, body, _options, context, new NoScopes()).BindArguments();
        for (var index = 0; index < Parameters; index++)
        {
            _reads[(type + index) % _reads.Length](bound, index);
        }
    }
}
