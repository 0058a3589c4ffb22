using System.Text;
using CeleryNet.Serialization;
using CeleryNet.Workflows;

namespace CeleryNet.Tests.Workflows;

public sealed class SignatureDocumentTests
{
    private const string Call = """{"task":"t","args":[1,[2]],"kwargs":{"k":null},"options":{},"subtask_type":null,"immutable":false}""";

    [Theory]
    [InlineData(Call)]
    [InlineData("""{"task":"t","args":[],"kwargs":{},"options":{"task_id":"i","queue":"q","exchange":"e","routing_key":"r","priority":3,"delivery_mode":1,"serializer":"json","compression":"gzip","retry":false,"retry_policy":{"max_retries":null,"interval_start":0,"interval_step":0.5,"interval_max":2},"countdown":1.5,"expires":10,"ignore_result":true,"time_limit":60,"soft_time_limit":30,"shadow":"s","reply_to":"o","group_id":"g","group_index":4,"root_id":"ro","parent_id":"pa","retries":1,"headers":{"x":[1]},"argsrepr":"(...)","kwargsrepr":"{...}"},"subtask_type":null,"immutable":true}""")]
    [InlineData("""{"task":"t","args":[],"kwargs":{},"options":{"eta":"2026-01-02T03:04:05+00:00","expires":"2026-01-02T03:04:05.250000+02:00"},"subtask_type":null,"immutable":false}""")]
    [InlineData("""{"task":"t","args":[],"kwargs":{},"options":{"stamped_headers":["a"],"a":["x"],"replaced_task_nesting":2,"mine":{"b":1}},"subtask_type":null,"immutable":false,"chord_size":3}""")]
    [InlineData($$"""{"task":"celery.chain","args":[],"kwargs":{"tasks":[{{Call}},{{Call}}]},"options":{"link":[{{Call}}],"link_error":[{{Call}}],"chain":[{{Call}}],"chord":{{Call}}},"subtask_type":"chain","immutable":false}""")]
    [InlineData($$"""{"task":"celery.group","args":[],"kwargs":{"tasks":[{{Call}}]},"options":{},"subtask_type":"group","immutable":false}""")]
    [InlineData($$$"""{"task":"celery.chord","args":[],"kwargs":{"kwargs":{"z":1},"header":[{{{Call}}}],"body":{{{Call}}}},"options":{"task_id":"i"},"subtask_type":"chord","immutable":true}""")]
    [InlineData($$"""{"task":"celery.chord","args":[],"kwargs":{"kwargs":{},"header":{"task":"celery.group","args":[],"kwargs":{"tasks":[{{Call}}]},"options":{"task_id":"g","chord":{{Call}}},"subtask_type":"group","immutable":false},"body":{{Call}}},"options":{},"subtask_type":"chord","immutable":false}""")]
    [InlineData($$"""{"task":"celery.map","args":[],"kwargs":{"task":{{Call}},"it":[1,2]},"options":{},"subtask_type":null,"immutable":true}""")]
    public void Document_is_written_as_it_was_read(string json) => Write(Read(json)).Replace("\\u002B", "+", StringComparison.Ordinal).ShouldBe(json);

    [Fact]
    public void Only_the_task_is_needed() => Write(Read("""{"task":"t"}""")).ShouldBe("""{"task":"t","args":[],"kwargs":{},"options":{},"subtask_type":null,"immutable":false}""");

    [Theory]
    [InlineData("[]", "must be a JSON object with a member 'task'")]
    [InlineData("""{"args":[]}""", "must have a member 'task'")]
    [InlineData("""{"task":"t","subtask_type":"tree"}""", "must be null, chain, group, chord, xmap, xstarmap or chunks, was 'tree'")]
    [InlineData("""{"task":"t","args":{}}""", "'args' of a signature must be a list")]
    [InlineData("""{"task":"t","options":{"priority":"high"}}""", "'priority' of a signature must be an integer")]
    [InlineData("""{"task":"celery.chain","subtask_type":"chain","kwargs":{}}""", "kwargs of a chain must have a member 'tasks'")]
    [InlineData("""{"task":"celery.chord","subtask_type":"chord","kwargs":{"header":[]}}""", "kwargs of a chord must have a member 'body'")]
    [InlineData("{", "not JSON")]
    public void What_is_no_signature_is_an_error_that_says_why(string json, string reason)
        => Should.Throw<MalformedMessageException>(() => Read(json)).Message.ShouldContain(reason);

    [Theory]
    [InlineData(1, Call)]
    [InlineData(2, $$"""{"task":"celery.group","kwargs":{"tasks":[{{Call}},{{Call}}]},"subtask_type":"group"}""")]
    [InlineData(2, $$"""{"task":"celery.chain","kwargs":{"tasks":[{{Call}},{"task":"celery.group","kwargs":{"tasks":[{{Call}},{{Call}}]},"subtask_type":"group"}]},"subtask_type":"chain"}""")]
    [InlineData(1, $$"""{"task":"celery.chain","kwargs":{"tasks":[{{Call}},{"task":"celery.group","kwargs":{"tasks":[]},"subtask_type":"group"}]},"subtask_type":"chain"}""")]
    [InlineData(1, $$"""{"task":"celery.chord","kwargs":{"header":[{{Call}},{{Call}}],"body":{{Call}}},"subtask_type":"chord"}""")]
    [InlineData(0, """{"task":"celery.chain","kwargs":{"tasks":[]},"subtask_type":"chain"}""")]
    public void Parts_of_a_chord_are_counted_as_Celery_counts_them(int size, string json) => SignatureSize.Of(Read(json)).ShouldBe(size);

    private static Signature Read(string json) => SignatureReader.Read(Encoding.UTF8.GetBytes(json));

    private static string Write(Signature signature) => Encoding.UTF8.GetString(SignatureWriter.ToJson(signature, CeleryJson.Complete(null)).Span);
}
