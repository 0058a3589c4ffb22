using CeleryNet.Results;
using CeleryNet.Results.Memory;
using Microsoft.Extensions.Time.Testing;

namespace CeleryNet.Contract.Tests.Results;

public sealed class MemoryChordTests : ChordContract
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    [Fact]
    public async Task Chord_is_forgotten_when_nothing_was_heard_of_it_for_long()
    {
        await Sender.SetSizeAsync(Group, 2, Token);
        await AddAsync("a", 0);

        _time.Advance(TimeSpan.FromDays(1));

        (await AddAsync("b", 1)).ShouldBeNull();
    }

    private protected override IResultBackend Create() => new MemoryResultBackend(TimeSpan.FromDays(1), _time);
}
