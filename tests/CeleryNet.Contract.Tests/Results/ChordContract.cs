using System.Text;
using CeleryNet.Protocol;
using CeleryNet.Results;
using CeleryNet.TestKit;

namespace CeleryNet.Contract.Tests.Results;

/// <summary>What every result backend keeps to that counts the parts of chords.</summary>
public abstract class ChordContract : IAsyncLifetime
{
    private IResultBackend? _backend;

    private protected IResultBackend Backend => _backend ?? throw new InvalidOperationException("The backend is made before each test.");

    private protected IChordBackend Sender => (IChordBackend)Backend;

    private protected IChordParts Worker => (IChordParts)Backend;

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected string Group { get; } = Names.Unique("chord");

    /// <summary>Whether parts come in the order of the header.</summary>
    protected virtual bool IsOrdered => true;

    private protected abstract IResultBackend Create();

    /// <summary>Parts in the order of the header, for backends that do not keep it.</summary>
    private protected virtual IReadOnlyList<ChordPart> InOrder(IReadOnlyList<ChordPart> parts) => parts;

    public ValueTask InitializeAsync()
    {
        _backend = Create();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (_backend is not null)
        {
            await Worker.DeleteChordAsync(Group, CancellationToken.None).WithinBound("the chord to be deleted");
            await _backend.DisposeAsync().WithinBound("the backend to be disposed");
        }

        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Last_part_completes_the_chord_with_all_parts_in_the_order_of_the_header()
    {
        await Sender.SetSizeAsync(Group, 3, Token);

        (await AddAsync("c", 2, "\"three\"")).ShouldBeNull();
        (await AddAsync("a", 0, "1")).ShouldBeNull();
        var all = (await AddAsync("b", 1, """{"k": [1, 2.5]}""")).ShouldNotBeNull();

        all.Group.ShouldBeNull();
        InOrder(all.Parts).Select(part => (part.TaskId.Value, part.State, Text(part))).ShouldBe(
            [("a", TaskState.Success, "1"), ("b", TaskState.Success, """{"k": [1, 2.5]}"""), ("c", TaskState.Success, "\"three\"")]);
    }

    [Fact]
    public async Task Chord_is_not_complete_before_its_size_is_known()
    {
        (await AddAsync("a", 0)).ShouldBeNull();
        (await AddAsync("b", 1)).ShouldBeNull();
        await Sender.SetSizeAsync(Group, 3, Token);

        (await AddAsync("c", 2)).ShouldNotBeNull().Parts.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Member_that_reports_twice_counts_once_whatever_it_says()
    {
        await Sender.SetSizeAsync(Group, 2, Token);

        (await AddAsync("a", 0, "1")).ShouldBeNull();
        (await AddAsync("a", 0, "2")).ShouldBeNull();
        (await AddAsync("a", 0, "1")).ShouldBeNull();
        var all = (await AddAsync("b", 1, "3")).ShouldNotBeNull();

        all.Parts.Select(Text).ShouldBe(["1", "3"]);
    }

    [Fact]
    public async Task Success_stands_for_a_member_that_failed_in_another_run()
    {
        await Sender.SetSizeAsync(Group, 3, Token);

        await AddAsync("a", 0, "\"lost\"", TaskState.Failure);
        await AddAsync("a", 0, "1");
        await AddAsync("b", 1, "2");
        await AddAsync("b", 1, "\"lost\"", TaskState.Failure);
        var all = (await AddAsync("c", 2, "\"bad\"", TaskState.Revoked)).ShouldNotBeNull();

        all.Parts.Select(part => part.State).ShouldBe([TaskState.Success, TaskState.Success, TaskState.Revoked]);
    }

    [Fact]
    public async Task Complete_chord_is_handed_out_again_until_it_is_removed()
    {
        await Sender.SetSizeAsync(Group, 1, Token);
        (await AddAsync("a", 0)).ShouldNotBeNull();

        (await AddAsync("a", 0)).ShouldNotBeNull("whoever completed it may have been lost before the body was sent");
        await Worker.DeleteChordAsync(Group, Token);

        (await AddAsync("a", 0)).ShouldBeNull();
    }

    [Fact]
    public async Task Member_that_is_added_later_is_waited_for()
    {
        await Sender.SetSizeAsync(Group, 1, Token);
        await Worker.ExpectOneMoreAsync(Group, Token);

        (await AddAsync("a", 0)).ShouldBeNull();
        (await AddAsync("b", 0)).ShouldNotBeNull().Parts.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Parts_without_a_place_come_last()
    {
        await Sender.SetSizeAsync(Group, 3, Token);

        await AddAsync("z", null);
        await AddAsync("y", null);
        var all = (await AddAsync("x", 5)).ShouldNotBeNull();

        if (IsOrdered)
        {
            all.Parts[0].TaskId.Value.ShouldBe("x");
        }

        all.Parts.Where(part => part.TaskId.Value != "x").Select(part => part.TaskId.Value).ShouldBe(["y", "z"], ignoreOrder: true);
    }

    [Fact]
    public async Task Saved_header_comes_with_the_parts()
    {
        await Backend.SaveGroupAsync(new ResultNode(Group, null, [new ResultNode("a"), new ResultNode("inner", null, [new ResultNode("b"), new ResultNode("c")])]), Token);
        await Sender.SetSizeAsync(Group, 1, Token);

        var group = (await AddAsync("a", 0)).ShouldNotBeNull().Group.ShouldNotBeNull();

        group.Id.ShouldBe(Group);
        group.Members.ShouldNotBeNull().Select(member => member.Id).ShouldBe(["a", "inner"]);
        group.Members[1].Members.ShouldNotBeNull().Select(member => member.Id).ShouldBe(["b", "c"]);
    }

    [Fact]
    public async Task Many_parts_at_once_complete_the_chord_once_all_are_there()
    {
        const int Count = 500;
        await Sender.SetSizeAsync(Group, Count, Token);

        var answers = await Task.WhenAll(Enumerable.Range(0, Count).Select(i => AddAsync($"task-{i}", i, $"{i}").AsTask()));

        var all = answers.Where(answer => answer is not null).ShouldHaveSingleItem().ShouldNotBeNull();
        InOrder(all.Parts).Select(Text).ShouldBe(Enumerable.Range(0, Count).Select(i => $"{i}"));
    }

    private protected ValueTask<ChordParts?> AddAsync(string id, int? index, string result = "1", TaskState? state = null)
        => Worker.AddPartAsync(Group, new ChordPart(id, state ?? TaskState.Success, Encoding.UTF8.GetBytes(result)) { Index = index }, Token);

    private protected static string Text(ChordPart part) => Encoding.UTF8.GetString(part.Result.Span);
}
