namespace CeleryNet.Generators.Tests;

public sealed class WireNamesTests
{
    [Theory]
    [InlineData("x", "x")]
    [InlineData("class", "class")]
    [InlineData("zipCode", "zip_code")]
    [InlineData("URLPath", "url_path")]
    [InlineData("userID", "user_id")]
    [InlineData("X", "x")]
    [InlineData("ABC", "abc")]
    [InlineData("sha256Hash", "sha256_hash")]
    [InlineData("SHA256Hash", "sha256_hash")]
    [InlineData("zip_code", "zip_code")]
    [InlineData("Zip_Code", "zip_code")]
    [InlineData("_private", "_private")]
    [InlineData("größeInMeter", "größe_in_meter")]
    public void Keyword_is_the_name_in_snake_case(string name, string keyword) => WireNames.ToSnakeCase(name).ShouldBe(keyword);

    [Theory]
    [InlineData("FetchAsync", "Fetch")]
    [InlineData("Fetch", "Fetch")]
    [InlineData("Async", "Async")]
    [InlineData("FetchASYNC", "FetchASYNC")]
    [InlineData("AsyncFetch", "AsyncFetch")]
    public void Task_is_named_after_its_type_and_method_without_Async(string method, string name)
        => WireNames.DeriveTaskName("Proj.MathTasks", method).ShouldBe("Proj.MathTasks." + name);

    [Theory]
    [InlineData("Proj.MathTasks", "Proj.MathTasks")]
    [InlineData("Größe", "Größe")]
    [InlineData("A\u0301", "A-0301")]
    public void Generated_file_has_a_name_the_compiler_takes(string type, string hintName) => HintNames.For(type).ShouldBe(hintName);
}
