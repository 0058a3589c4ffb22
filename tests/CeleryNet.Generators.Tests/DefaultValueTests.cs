using System.Globalization;

namespace CeleryNet.Generators.Tests;

public sealed class DefaultValueTests
{
    [Theory]
    [InlineData("int", "-2147483648")]
    [InlineData("int?", "5")]
    [InlineData("int?", "null")]
    [InlineData("byte?", "255")]
    [InlineData("sbyte", "-1")]
    [InlineData("short", "-7")]
    [InlineData("uint", "4000000000")]
    [InlineData("long", "long.MinValue")]
    [InlineData("ulong", "ulong.MaxValue")]
    [InlineData("bool", "true")]
    [InlineData("char", @"'\''")]
    [InlineData("char", @"'\ud800'")]
    [InlineData("char", @"'\0'")]
    [InlineData("float", "1.1f")]
    [InlineData("float?", "float.NaN")]
    [InlineData("float", "float.NegativeInfinity")]
    [InlineData("double", "-0.0")]
    [InlineData("double", "1e300")]
    [InlineData("double", "double.NaN")]
    [InlineData("double", "double.PositiveInfinity")]
    [InlineData("decimal", "1.10m")]
    [InlineData("decimal", "decimal.MinValue")]
    [InlineData("decimal?", "-2m")]
    [InlineData("string", "\"\"")]
    [InlineData("string", @"""quote \"" backslash \\ tab \t line \r\n nul \0 separator \u2028 half \udc00 brace {0}""")]
    [InlineData("string?", "null")]
    [InlineData("string", "null!")]
    [InlineData("string", "nameof(Sample)")]
    [InlineData("object?", "null")]
    [InlineData("DayOfWeek", "DayOfWeek.Friday")]
    [InlineData("DayOfWeek?", "DayOfWeek.Friday")]
    [InlineData("DayOfWeek?", "null")]
    [InlineData("DayOfWeek", "(DayOfWeek)(-3)")]
    [InlineData("DayOfWeek", "default")]
    [InlineData("Sample.Deep", "Sample.Deep.Max")]
    [InlineData("DateTime", "default")]
    [InlineData("Guid", "default(Guid)")]
    [InlineData("(int A, string? B)", "default")]
    [InlineData("DateTimeOffset?", "default")]
    [InlineData("List<int>?", "null")]
    public async Task Default_is_the_same_in_the_call_the_factory_and_the_method(string type, string value)
    {
        var run = GeneratorHarness.Run($$"""
            public static class Sample
            {
                public enum Deep : ulong { None, Max = ulong.MaxValue }

                [CeleryTask("t")] public static object?[] Run({{type}} value = {{value}}) => [value];
                public static object?[] Direct() => Run();
                public static Signature<object?[]> Call() => Sample.Signatures.Run();
            }
            """);

        var expected = Show(run.Call<object?[]>("Sample", "Direct").Single());

        Show(((object?[])(await run.Definition("t").RunAsync())!).Single()).ShouldBe(expected);
        Show(run.Call<Signature>("Sample", "Call").Args.Single().AsObject()).ShouldBe(expected);
    }

    [Fact]
    public async Task Parameter_made_optional_by_attribute_is_required_in_the_factory_before_a_required_one()
    {
        var run = GeneratorHarness.Run("""
            using System.Runtime.InteropServices;
            public static class Sample
            {
                [CeleryTask("t")] public static int Run([Optional, DefaultParameterValue(5)] int x, [Optional] int y, [CeleryArgument(KeywordOnly = true)] int z) => x + y + z;
                public static Signature Call() => Sample.Signatures.Run(1, 2, 3);
            }
            """);

        (await run.Definition("t").RunAsync("[]", """{"z": 1}""")).ShouldBe(6);
        run.Call<Signature>("Sample", "Call").Args.Select(arg => arg.AsObject()).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task Null_default_of_code_without_nullable_annotations_compiles_without_a_warning()
    {
        var run = GeneratorHarness.Run("""
            #nullable disable
            public static class Sample { [CeleryTask("t")] public static string Run(string text = null) => text; }
            """);

        (await run.Definition("t").RunAsync()).ShouldBeNull();
    }

    // Tells -0.0 from 0.0, 1.10 from 1.1, and one type from another.
    private static string Show(object? value)
        => value is null ? "null" : string.Create(CultureInfo.InvariantCulture, $"{value.GetType()} {value} {(value is string text ? Convert.ToHexString(System.Text.Encoding.Unicode.GetBytes(text)) : "")}");
}
