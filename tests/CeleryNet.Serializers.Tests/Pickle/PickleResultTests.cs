using System.Text;
using System.Text.Json;
using CeleryNet.Extensibility;

namespace CeleryNet.Serializers.Tests.Pickle;

/// <summary>With pickle, Celery stores exceptions as objects; here they are the maps that its other serializers write.</summary>
public sealed class PickleResultTests(PythonPickles python) : IClassFixture<PythonPickles>
{
    [Fact]
    public void Exception_of_a_task_that_failed_in_Celery_is_its_class_arguments_and_module()
    {
        python.Failures.Count.ShouldBe(12);
        foreach (var failure in python.Failures)
        {
            Should.NotThrow(
                () =>
                {
                    var meta = JsonElement.Parse(PickleBytes.Read(failure.Body));
                    meta.GetProperty("status").GetString().ShouldBe("FAILURE");
                    meta.GetProperty("traceback").GetString()!.ShouldStartWith("Traceback (most recent call last)");
                    PickleBytes.ShouldBeJson(meta.GetProperty("result").GetRawText(), failure.Expected);
                },
                failure.Name);
        }
    }

    [Fact]
    public void Exception_of_a_member_of_a_chord_is_read_too()
        => PickleBytes.ShouldBeJson(
            PickleBytes.Read(python.Part), """[1, "id", "FAILURE", {"exc_type": "ValueError", "exc_message": ["boom"], "exc_module": "builtins"}]""");

    [Fact]
    public void Value_of_a_task_that_succeeded_is_read()
        => PickleBytes.ShouldBeJson(
            JsonElement.Parse(PickleBytes.Read(python.Success)).GetProperty("result").GetRawText(),
            """{"when": {"__type__": "datetime", "__value__": "2026-07-02T03:04:05.678901"}}""");

    [Fact]
    public async Task Failure_written_here_is_raised_by_a_Celery_client()
    {
        var body = new PickleCelerySerializer().Encode(Encoding.UTF8.GetBytes("""
            {"status": "FAILURE", "result": {"exc_type": "ValueError", "exc_message": ["boom", 2], "exc_module": "builtins"}, "traceback": null, "children": [], "task_id": "x"}
            """));

        (await python.RaisedByAsync(body)).ShouldBe("""RAISED builtins.ValueError ["boom", 2]""");
    }

    [Theory]
    [InlineData("SUCCESS")]
    [InlineData("STARTED")]
    [InlineData("PROGRESS")]
    public void Object_that_is_the_result_of_another_state_is_refused(string status)
        => PickleBytes.Refusal(PickleBytes.Of($"}}(Vstatus\nV{status}\nVresult\ncproj.models\nOrder\n)Ru.")).ShouldContain("would call code: proj.models.Order");

    [Theory]
    [InlineData("}(Vstatus\nVFAILURE\nVother\ncproj.models\nOrder\n)Ru.")]
    [InlineData("}(Vstatus\nVFAILURE\nVresult\n(cproj.models\nOrder\n)Rlu.")]
    [InlineData("}(Vresult\ncproj.models\nOrder\n)Ru.")]
    [InlineData("(}(Vstatus\nVFAILURE\nVresult\ncproj.models\nOrder\n)Rul.")]
    [InlineData("}(Vstatus\nVFAILURE\nVresult\ncproj.models\nOrder\nu.")]
    [InlineData("(I2\nVid\nVFAILURE\ncproj.models\nOrder\n)Rl.")]
    [InlineData("cproj.models\nOrder\n)R.")]
    public void Object_in_any_other_place_is_refused(string pickle)
        => PickleBytes.Refusal(PickleBytes.Of(pickle)).ShouldContain("would call code: proj.models.Order");

    [Fact]
    public void Exception_wrapped_in_thousands_of_calls_does_not_take_the_stack()
        => PickleBytes.Read(PickleBytes.Of(
            "}(Vstatus\nVFAILURE\nVresult\n", PickleBytes.Times(100_000, "cbilliard.einfo\nrebuild_exc\n"), "cproj\nError\n)R", PickleBytes.Times(100_000, "\x85R"), "u."))
            .ShouldBe("""{"status":"FAILURE","result":{"exc_type":"Error","exc_message":[],"exc_module":"proj"}}""");

    [Fact]
    public void Exception_from_a_child_process_is_the_one_that_was_raised_there()
        => PickleBytes.Read(PickleBytes.Of("}(Vstatus\nVFAILURE\nVresult\ncbilliard.einfo\nrebuild_exc\ncproj\nOrderError\nVlate\n\x85RVTraceback\n\x86Ru."))
            .ShouldBe("""{"status":"FAILURE","result":{"exc_type":"OrderError","exc_message":["late"],"exc_module":"proj"}}""");
}
