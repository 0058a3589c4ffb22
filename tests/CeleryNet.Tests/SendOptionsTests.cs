using System.Reflection;
using System.Text.Json;

namespace CeleryNet.Tests;

public sealed class SendOptionsTests
{
    private static readonly SendOptions _full = new()
    {
        TaskId = "id-1",
        Queue = "math",
        Exchange = "exchange",
        RoutingKey = "key",
        Priority = 3,
        DeliveryMode = DeliveryMode.Transient,
        Serializer = "yaml",
        Compression = "gzip",
        Retry = false,
        RetryPolicy = new PublishRetryPolicy { MaxRetries = 7 },
        ReplyTo = "reply",
        GroupId = "group",
        GroupIndex = 4,
        RootId = "root",
        ParentId = "parent",
        Retries = 2,
        Stamps = new Dictionary<string, JsonElement>(),
        Countdown = TimeSpan.FromSeconds(1),
        Eta = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
        ExpiresAfter = TimeSpan.FromSeconds(2),
        ExpiresAt = new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.Zero),
        IgnoreResult = false,
        TimeLimit = TimeSpan.FromSeconds(3),
        SoftTimeLimit = TimeSpan.FromSeconds(4),
        Shadow = "shadow",
        Headers = new Dictionary<string, JsonElement>(),
        ArgsRepr = "(…)",
        KwargsRepr = "{…}",
    };

    [Fact]
    public void This_test_sets_every_option() => Set(_full).Count.ShouldBe(Properties().Count());

    [Fact]
    public void Options_set_on_top_win() => new SendOptions { Queue = "below", Priority = 9, IgnoreResult = true }.Overlay(_full).ShouldBe(_full);

    [Fact]
    public void Options_not_set_on_top_stay() => _full.Overlay(new SendOptions { Queue = null }).ShouldBe(_full);

    [Fact]
    public void Each_option_is_laid_over_by_itself()
    {
        foreach (var property in Properties())
        {
            var one = new SendOptions();
            property.SetValue(one, property.GetValue(_full));

            Set(new SendOptions { Shadow = null }.Overlay(one)).ShouldBe([property.Name]);
            Set(one.Overlay(new SendOptions { Shadow = null })).ShouldBe([property.Name]);
        }
    }

    [Fact]
    public void Countdown_on_top_replaces_an_eta_and_the_other_way_round()
    {
        var countdown = new SendOptions { Countdown = TimeSpan.FromSeconds(1) };
        var eta = new SendOptions { Eta = DateTimeOffset.UnixEpoch };

        eta.Overlay(countdown).ShouldBe(countdown);
        countdown.Overlay(eta).ShouldBe(eta);
    }

    [Fact]
    public void Expiry_as_a_time_span_on_top_replaces_one_as_an_instant_and_the_other_way_round()
    {
        var after = new SendOptions { ExpiresAfter = TimeSpan.FromSeconds(1) };
        var at = new SendOptions { ExpiresAt = DateTimeOffset.UnixEpoch };

        at.Overlay(after).ShouldBe(after);
        after.Overlay(at).ShouldBe(at);
    }

    [Fact]
    public void False_and_zero_are_set_options()
    {
        var below = new SendOptions { IgnoreResult = true, Priority = 5, Countdown = TimeSpan.FromSeconds(1) };

        var result = below.Overlay(new SendOptions { IgnoreResult = false, Priority = 0, Countdown = TimeSpan.Zero });

        result.ShouldBe(new SendOptions { IgnoreResult = false, Priority = 0, Countdown = TimeSpan.Zero });
    }

    [Fact]
    public void Nothing_on_top_or_below_costs_nothing()
    {
        _full.Overlay(SendOptions.Default).ShouldBeSameAs(_full);
        SendOptions.Default.Overlay(_full).ShouldBeSameAs(_full);
    }

    private static IEnumerable<PropertyInfo> Properties() => typeof(SendOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance);

    private static List<string> Set(SendOptions options)
        => [.. Properties().Where(property => property.GetValue(options) is not null).Select(property => property.Name)];
}
