using System.Text;
using CeleryNet.Protocol;

namespace CeleryNet.Tests.Protocol;

public sealed class TaskBodyReaderTests
{
    [Fact]
    public void Parts_are_pieces_of_the_body_as_they_stand()
    {
        var body = Encoding.UTF8.GetBytes("""[ [1, [2]] , {"k": {"n": 1e400}}, {"other": {"callbacks": 1}, "chord": {"task": "x"}, "chain": [ {} ], "errbacks": [], "callbacks": null}]""");

        var read = TaskBodyReader.Read(body, 64);

        Text(read.Args).ShouldBe("[1, [2]]");
        Text(read.Kwargs).ShouldBe("""{"k": {"n": 1e400}}""");
        Text(read.Embed.Chord).ShouldBe("""{"task": "x"}""");
        Text(read.Embed.Chain).ShouldBe("[ {} ]");
        read.Embed.Errbacks.IsEmpty.ShouldBeTrue();
        read.Embed.Callbacks.IsEmpty.ShouldBeTrue();
        read.Embed.IsEmpty.ShouldBeFalse();
    }

    [Theory]
    [InlineData("[[], {}, null]")]
    [InlineData("[[], {}, {}]")]
    [InlineData("""[[], {}, {"callbacks": null, "errbacks": [], "chain": [], "chord": null}]""")]
    [InlineData("""[[], {}, {"something": 1}]""")]
    public void Embed_that_says_nothing_is_empty(string body) => TaskBodyReader.Read(Encoding.UTF8.GetBytes(body), 64).Embed.ShouldBeSameAs(TaskEmbed.Empty);

    [Theory]
    [InlineData("{}", "The body must be a list [args, kwargs, embed], was an object.")]
    [InlineData("null", "The body must be a list [args, kwargs, embed], was null.")]
    [InlineData("5", "The body must be a list [args, kwargs, embed], was a number.")]
    [InlineData("\"text\"", "The body must be a list [args, kwargs, embed], was a string.")]
    [InlineData("true", "The body must be a list [args, kwargs, embed], was a boolean.")]
    [InlineData("[]", "The body must have exactly three parts [args, kwargs, embed], it has fewer.")]
    [InlineData("[[]]", "The body must have exactly three parts [args, kwargs, embed], it has fewer.")]
    [InlineData("[[], {}]", "The body must have exactly three parts [args, kwargs, embed], it has fewer.")]
    [InlineData("[[], {}, null, null]", "The body must have exactly three parts [args, kwargs, embed], it has more.")]
    [InlineData("[{}, {}, null]", "The body's args must be a list, was an object.")]
    [InlineData("[null, {}, null]", "The body's args must be a list, was null.")]
    [InlineData("[[], [], null]", "The body's kwargs must be an object, was a list.")]
    [InlineData("[[], 1, null]", "The body's kwargs must be an object, was a number.")]
    [InlineData("[[], {}, []]", "The body's embed must be an object or null, was a list.")]
    [InlineData("[[], {}, \"x\"]", "The body's embed must be an object or null, was a string.")]
    public void Body_of_another_form_is_an_error_that_says_which(string body, string message)
        => Should.Throw<MalformedMessageException>(() => TaskBodyReader.Read(Encoding.UTF8.GetBytes(body), 64)).Message.ShouldBe(message);

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("text")]
    [InlineData("[[], {}, null")]
    [InlineData("[[1, ")]
    [InlineData("[[], {\"a\"}, null]")]
    [InlineData("[[], {}, {\"callbacks\":")]
    [InlineData("[[], {}, null] more")]
    [InlineData("[[], {}, null][]")]
    public void Body_that_is_not_json_is_an_error_with_the_readers_words(string body)
    {
        var error = Should.Throw<MalformedMessageException>(() => TaskBodyReader.Read(Encoding.UTF8.GetBytes(body), 64));

        error.Message.ShouldStartWith("The body is not JSON");
        error.InnerException.ShouldBeAssignableTo<System.Text.Json.JsonException>();
    }

    [Fact]
    public void Body_nested_deeper_than_a_reader_goes_is_an_error()
    {
        TaskBodyReader.Read(Nested(62), 64).Kwargs.Length.ShouldBe(2);
        Should.Throw<MalformedMessageException>(() => TaskBodyReader.Read(Nested(100_000), 64));

        static byte[] Nested(int levels) => Encoding.UTF8.GetBytes($"[[{new string('[', levels)}{new string(']', levels)}], {{}}, null]");
    }

    private static string Text(ReadOnlyMemory<byte> json) => Encoding.UTF8.GetString(json.Span);
}
