using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace CeleryNet.Generators.Tests;

public sealed class IncrementalTests
{
    private const string Tasks = """
        public class MathTasks { [CeleryTask("add", Queue = "q")] public int Add(int x, int y = 5) => x + y; }
        public class TextTasks { [CeleryTask("trim")] public string Trim(string text) => text.Trim(); }
        """;

    [Fact]
    public void Edit_of_another_file_makes_nothing_new()
    {
        var steps = RunTwice("public class Other { }", "public class Another { public int X; }", file: 1);

        steps.ParsedReasons.ShouldAllBe(reason => IsKept(reason));
        steps.TypeReasons.ShouldBe([IncrementalStepRunReason.Cached, IncrementalStepRunReason.Cached]);
        steps.OutputReasons.ShouldAllBe(reason => IsKept(reason));
    }

    [Fact]
    public void Edit_that_moves_tasks_and_changes_their_bodies_makes_no_new_code()
    {
        var steps = RunTwice(Tasks, "// moved\n" + Tasks.Replace("x + y", "y + x", StringComparison.Ordinal), file: 0);

        steps.TypeReasons.ShouldAllBe(reason => IsKept(reason));
        steps.SourceReasons.ShouldAllBe(reason => reason == IncrementalStepRunReason.Cached);
    }

    [Fact]
    public void Edit_of_one_type_leaves_the_code_of_the_other_alone()
    {
        var steps = RunTwice(Tasks, Tasks.Replace("y = 5", "y = 6", StringComparison.Ordinal), file: 0);

        steps.TypeReasons.ShouldBe([IncrementalStepRunReason.Modified, IncrementalStepRunReason.Unchanged]);
        steps.SourceReasons.ShouldBe([IncrementalStepRunReason.Modified, IncrementalStepRunReason.Cached], ignoreOrder: true);
    }

    private static bool IsKept(IncrementalStepRunReason reason) => reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged;

    private static Steps RunTwice(string before, string after, int file)
    {
        string[] sources = file == 0 ? [before] : [Tasks, before];
        var first = GeneratorHarness.Compile(LanguageVersion.CSharp14, sources);
        var path = $"Source{file}.cs";
        var second = first.ReplaceSyntaxTree(first.SyntaxTrees.Single(tree => tree.FilePath == path), GeneratorHarness.Parse(after, path));

        var cancellationToken = TestContext.Current.CancellationToken;
        var driver = GeneratorHarness.CreateDriver().RunGenerators(first, cancellationToken).RunGenerators(second, cancellationToken);
        return new(driver.GetRunResult().Results.Single());
    }

    private sealed class Steps(GeneratorRunResult result)
    {
        public IEnumerable<IncrementalStepRunReason> ParsedReasons => Reasons(result.TrackedSteps[CeleryTaskGenerator.ParsedStep]);

        public IEnumerable<IncrementalStepRunReason> TypeReasons => Reasons(result.TrackedSteps[CeleryTaskGenerator.TypesStep]);

        public IEnumerable<IncrementalStepRunReason> OutputReasons => Reasons(result.TrackedOutputSteps.SelectMany(step => step.Value));

        /// <summary>Of the outputs that depend on a type, which is to say of generated files.</summary>
        public IEnumerable<IncrementalStepRunReason> SourceReasons => Reasons(result.TrackedOutputSteps.SelectMany(step => step.Value).Where(IsOfType));

        private static bool IsOfType(IncrementalGeneratorRunStep step)
            => step.Inputs.Any(input => input.Source.Inputs.Any(source => source.Source.Name == CeleryTaskGenerator.TypesStep));

        private static IncrementalStepRunReason[] Reasons(IEnumerable<IncrementalGeneratorRunStep> steps)
        {
            var reasons = steps.SelectMany(step => step.Outputs).Select(output => output.Reason).ToArray();
            reasons.ShouldNotBeEmpty();
            return reasons;
        }
    }
}
