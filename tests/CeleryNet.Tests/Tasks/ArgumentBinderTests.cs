using System.Text;
using System.Text.Json;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Serialization;
using CeleryNet.Tasks;
using CeleryNet.TestKit;

namespace CeleryNet.Tests.Tasks;

/// <summary>Arguments meet parameters as in a Python call: <c>def add(x, y, zip_code=7, *, mode="fast")</c>.</summary>
public sealed class ArgumentBinderTests
{
    private static readonly JsonSerializerOptions _options = CeleryJson.Complete(null);

    private static readonly TaskParameter[] _add =
    [
        new("x", "x", isOptional: false, isKeywordOnly: false),
        new("y", "y", isOptional: false, isKeywordOnly: false),
        new("zip_code", "zipCode", isOptional: true, isKeywordOnly: false),
        new("mode", "mode", isOptional: true, isKeywordOnly: true),
    ];

    [Theory]
    [InlineData("[1, 2]", "{}", 1, 2, 7, "fast")]
    [InlineData("[]", """{"x": 1, "y": 2}""", 1, 2, 7, "fast")]
    [InlineData("[]", """{"y": 2, "x": 1}""", 1, 2, 7, "fast")]
    [InlineData("[1]", """{"y": 2}""", 1, 2, 7, "fast")]
    [InlineData("[1, 2, 3]", "{}", 1, 2, 3, "fast")]
    [InlineData("[1, 2, 3]", """{"mode": "slow"}""", 1, 2, 3, "slow")]
    [InlineData("[1, 2]", """{"zip_code": 4, "mode": "slow"}""", 1, 2, 4, "slow")]
    [InlineData("[1, 2]", """{"zipCode": 4}""", 1, 2, 4, "fast")]
    [InlineData(" [ 1 , 2 ] ", " { \"zip_code\" : 4 } ", 1, 2, 4, "fast")]
    [InlineData("[1, 2]", "{\"zip\\u005fcode\": 4}", 1, 2, 4, "fast")]
    [InlineData("[]", """{"x": 1, "x": 5, "y": 2}""", 5, 2, 7, "fast")]
    public void Arguments_are_matched_by_position_and_keyword(string args, string kwargs, int x, int y, int zipCode, string mode)
    {
        var bound = Bind(_add, args, kwargs);

        (bound.Get<int>(0), bound.Get<int>(1), bound.Get(2, 7), bound.Get(3, "fast")).ShouldBe((x, y, zipCode, mode));
    }

    [Fact]
    public void Values_of_any_form_are_taken_whole()
    {
        var bound = Bind(_add, """[[1, {"a": [2]}], "ž\"]"]""", """{"zip_code": {"b": null}}""");

        bound.Get<JsonElement>(0).GetRawText().ShouldBe("""[1, {"a": [2]}]""");
        bound.Get<string>(1).ShouldBe("ž\"]");
        bound.Get<JsonElement>(2, default).GetRawText().ShouldBe("""{"b": null}""");
    }

    [Theory]
    [InlineData("[]", "{}", "add() missing 2 required positional arguments: 'x' and 'y'")]
    [InlineData("[1]", "{}", "add() missing 1 required positional argument: 'y'")]
    [InlineData("[]", """{"y": 2, "zip_code": 1}""", "add() missing 1 required positional argument: 'x'")]
    [InlineData("[1, 2, 3, 4]", "{}", "add() takes from 2 to 3 positional arguments but 4 were given")]
    [InlineData("[1, 2]", """{"z": 3}""", "add() got an unexpected keyword argument 'z'; it takes 'x', 'y', 'zip_code', 'mode'")]
    [InlineData("[1, 2]", """{"X": 3}""", "add() got an unexpected keyword argument 'X'; it takes 'x', 'y', 'zip_code', 'mode'")]
    [InlineData("[1, 2]", """{"x": 3}""", "add() got multiple values for argument 'x'")]
    [InlineData("[1, 2, 3]", """{"zipCode": 3}""", "add() got multiple values for argument 'zip_code'")]
    [InlineData("[1, 2]", """{"zip_code": 3, "zipCode": 3}""", "add() got multiple values for argument 'zip_code'")]
    [InlineData("[1, 2, 3, 4]", """{"mode": "m"}""", "add() takes from 2 to 3 positional arguments but 4 positional arguments (and 1 keyword-only argument) were given")]
    [InlineData("[1, 2, 3, 4]", """{"z": 3}""", "add() got an unexpected keyword argument 'z'; it takes 'x', 'y', 'zip_code', 'mode'")]
    public void What_does_not_fit_is_said_as_Python_says_it(string args, string kwargs, string message)
        => Should.Throw<TaskArgumentException>(() => Bind(_add, args, kwargs)).Message.ShouldBe(message);

    [Theory]
    [InlineData("[1]", "{}", "ping() takes 0 positional arguments but 1 was given")]
    [InlineData("[]", """{"x": 1}""", "ping() got an unexpected keyword argument 'x'; it takes none")]
    public void Task_without_parameters_takes_nothing(string args, string kwargs, string message)
    {
        Should.NotThrow(() => Bind([], "[]", "{}", "ping"));
        Should.Throw<TaskArgumentException>(() => Bind([], args, kwargs, "ping")).Message.ShouldBe(message);
    }

    [Fact]
    public void Task_with_one_parameter_says_argument()
        => Should.Throw<TaskArgumentException>(() => Bind([_add[0]], "[1, 2]", "{}")).Message.ShouldBe("add() takes 1 positional argument but 2 were given");

    [Fact]
    public void Keyword_only_parameter_is_missing_though_a_position_is_given()
    {
        TaskParameter[] parameters = [_add[0], new("mode", "mode", isOptional: false, isKeywordOnly: true)];

        Should.Throw<TaskArgumentException>(() => Bind(parameters, "[1]", "{}")).Message.ShouldBe("add() missing 1 required keyword-only argument: 'mode'");
        Should.Throw<TaskArgumentException>(() => Bind(parameters, "[1, 2]", "{}")).Message.ShouldBe("add() takes 1 positional argument but 2 were given");
    }

    [Fact]
    public void Null_stands_for_a_reference_or_a_nullable_value()
    {
        var bound = Bind(_add, "[null, null]", "{}");

        bound.Get<string?>(0).ShouldBeNull();
        bound.Get<int?>(1).ShouldBeNull();
    }

    [Fact]
    public void Null_given_for_an_optional_parameter_is_not_its_default()
        => Bind(_add, "[1, 2]", """{"mode": null}""").Get<string?>(3, "fast").ShouldBeNull();

    [Fact]
    public void Value_of_the_wrong_type_is_refused_with_the_type_that_would_fit()
    {
        Unfit<int>("null").ShouldBe("add() argument 'x' must be an int (Int32), got null");
        Unfit<int>("\"two\"").ShouldBe("add() argument 'x' must be an int (Int32), got \"two\"");
        Unfit<int>("1.5").ShouldBe("add() argument 'x' must be an int (Int32), got 1.5");
        Unfit<byte>("256").ShouldBe("add() argument 'x' must be an int (Byte), got 256");
        Unfit<int?>("true").ShouldBe("add() argument 'x' must be an int (Int32) or None, got true");
        Unfit<bool>("0").ShouldBe("add() argument 'x' must be a bool, got 0");
        Unfit<double>("\"1\"").ShouldBe("add() argument 'x' must be a float, got \"1\"");
        Unfit<string>("[1]").ShouldBe("add() argument 'x' must be a str, got [1]");
        Unfit<Guid>("\"no\"").ShouldBe("add() argument 'x' must be Guid, got \"no\"");
        Unfit<DayOfWeek>("null").ShouldBe("add() argument 'x' must be DayOfWeek, got null");
    }

    [Fact]
    public void Member_of_a_record_that_is_missing_or_wrong_is_named_with_its_place()
    {
        const string Address = """{"street": "Elm", "zip_code": 1}""";
        const string Order = "add() argument 'x' must be Order, got ";
        Bind(_add, $$"""[{"customer_name": "a", "address": {{Address}}, "lines": [{"quantity": 2, "colour": "red"}], "unknown": [1]}, 0]""", "{}")
            .Get<Order>(0).Lines.Single().Quantity.ShouldBe(2);

        Unfit<Order>("""{"customer_name": "a"}""").ShouldStartWith(Order);
        Unfit<Order>("""{"customer_name": "a"}""").ShouldContain("'address'");
        Unfit<Order>($$"""{"address": {"street": "Elm"}, "lines": []}""").ShouldContain(" at address: ");
        Unfit<Order>($$"""{"address": {"street": "Elm"}, "lines": []}""").ShouldContain("'zip_code'");
        Unfit<Order>($$"""{"customer_name": "a", "address": {{Address}}, "lines": [{"quantity": 1}, {"quantity": null}]}""").ShouldContain(" at lines[1].quantity: ");
        Unfit<Order>($$"""{"address": {{Address}}, "lines": []}""").ShouldContain("'customer_name'");
        Unfit<Dictionary<string, int>>("""{"a": null}""").ShouldContain(" at a: ");
        Unfit<List<int>>("[1, null]").ShouldContain(" at [1]: ");
        Bind(_add, "[[1, null], 0]", "{}").Get<List<int?>>(0).ShouldBe([1, null]);
    }

    [Fact]
    public void Value_of_a_sensitive_parameter_is_in_no_part_of_the_error()
    {
        TaskParameter[] parameters = [new("pin", "pin", isOptional: false, isKeywordOnly: false) { IsSensitive = true }];

        var error = Should.Throw<TaskArgumentException>(() => Bind(parameters, "[\"1234-secret\"]", "{}").Get<DateTimeOffset>(0));

        error.Message.ShouldBe("add() argument 'pin' must be DateTimeOffset, got ***");
        error.ToString().ShouldNotContain("secret");
    }

    [Fact]
    public void Keyword_with_half_a_character_is_refused_by_name()
        => Should.Throw<TaskArgumentException>(() => Bind(_add, "[1, 2]", "{\"z\\ud800\": 3}")).Message.ShouldContain("keyword argument 'z\ud800'");

    [Fact]
    public void Two_parameters_cannot_collect_the_same()
    {
        TaskParameter[] parameters =
        [
            new("a", "a", isOptional: false, isKeywordOnly: false) { Collects = CollectedArguments.Keyword },
            new("b", "b", isOptional: false, isKeywordOnly: false) { Collects = CollectedArguments.Keyword },
        ];

        Should.Throw<ArgumentException>(() => Bind(parameters, "[]", "{}")).Message.ShouldContain("'a' and 'b'");
    }

    [Fact]
    public void Long_value_is_shown_shortened()
    {
        var message = Unfit<int>($"\"{new string('a', 200)}\"");

        message.ShouldEndWith("…");
        message.Length.ShouldBeLessThan(150);
    }

    [Fact]
    public void Optional_value_of_the_wrong_type_is_refused_too()
        => Should.Throw<TaskArgumentException>(() => Bind(_add, "[1, 2, \"x\"]", "{}").Get(2, 7)).Message.ShouldContain("argument 'zip_code' must be an int");

    private static string Unfit<T>(string json) => Should.Throw<TaskArgumentException>(() => Bind(_add, $"[{json}, 0]", "{}").Get<T>(0)).Message;

    private static BoundArguments Bind(TaskParameter[] parameters, string args, string kwargs, string name = "add")
    {
        var definition = new TaskDefinition(name, parameters, _ => new(TaskValue.Null));
        var context = new TaskContext("id", name, new TaskCancellation()) { RootId = "id", Hostname = "celery@test" };
        var body = new TaskBody(Encoding.UTF8.GetBytes(args), Encoding.UTF8.GetBytes(kwargs), TaskEmbed.Empty);
        return new TaskInvocation(definition, body, _options, context, new NoScopes()).BindArguments();
    }

    private sealed record Order(string CustomerName, Address Address, IReadOnlyList<Line> Lines, string? Note = null);

    private sealed record Address(string Street, int ZipCode);

    private sealed record Line(int Quantity);
}
