using System.Reflection;

namespace CeleryNet.Serializers.Tests.Vectors;

public sealed class VectorListTests
{
    // What the captures' own description counts, by folder: version 5.2.6, version 5.6.
    private static readonly (string Folder, int Old, int New)[] _counts =
    [
        ("amqp/basic", 29, 30), ("amqp/compression", 12, 12), ("amqp/events", 5, 5), ("amqp/pidbox", 11, 11), ("amqp/protocol1", 9, 9), ("amqp/quorum", 0, 2),
        ("amqp/rpc", 7, 7), ("amqp/serializers", 24, 24), ("amqp/types-json", 18, 18), ("amqp/types-msgpack", 18, 18), ("amqp/types-pickle", 18, 18),
        ("amqp/types-yaml", 18, 18), ("amqp/worker", 1, 1), ("auth", 1, 1), ("database", 2, 2), ("filesystem", 1, 1), ("probes", 1, 1), ("redis/basic", 29, 29),
        ("redis/chord", 3, 3), ("redis/compression", 5, 5), ("redis/events", 16, 16), ("redis/keys", 1, 1), ("redis/pidbox", 23, 23), ("redis/priority", 8, 8),
        ("redis/protocol1", 3, 3), ("redis/results-default", 20, 20), ("redis/results-extended", 19, 19), ("redis/serializers", 4, 4), ("redis/worker", 6, 6),
    ];

    [Fact]
    public void Every_file_is_listed_once_and_every_listed_file_is_there()
    {
        var there = Directory.GetFiles(VectorFiles.Root, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(VectorFiles.Root, file))
            .Where(file => Path.GetDirectoryName(file) is { Length: > 0 });
        var listed = VectorFiles.Groups.SelectMany(group => group.Files).ToArray();

        listed.Order(StringComparer.Ordinal).ShouldBe(there.Order(StringComparer.Ordinal));
        listed.ShouldBeUnique();
    }

    [Fact]
    public void Folders_hold_as_many_files_as_were_captured()
    {
        var counts = VectorFiles.Groups.SelectMany(group => group.Files).CountBy(file => Path.GetDirectoryName(file)!).ToDictionary(StringComparer.Ordinal);

        counts.Count.ShouldBe(_counts.Sum(count => (count.Old > 0 ? 1 : 0) + (count.New > 0 ? 1 : 0)));
        foreach (var (folder, old, @new) in _counts)
        {
            counts.GetValueOrDefault($"{VectorFiles.Old}/{folder}").ShouldBe(old, folder);
            counts.GetValueOrDefault($"{VectorFiles.New}/{folder}").ShouldBe(@new, folder);
        }

        counts.Values.Sum().ShouldBe(627);
    }

    [Fact]
    public void Every_kind_has_files_and_a_test_that_gets_them()
    {
        var tested = typeof(VectorListTests).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods())
            .Where(method => method.GetCustomAttribute<TheoryAttribute>() is { Skip: null })
            .SelectMany(method => method.GetCustomAttributes<VectorDataAttribute>())
            .Select(data => data.Kind)
            .ToHashSet();

        foreach (var kind in Enum.GetValues<VectorKind>())
        {
            VectorFiles.Of(kind).ShouldNotBeEmpty(kind.ToString());
            tested.ShouldContain(kind);
        }
    }

    [Fact]
    public void Every_file_says_which_versions_wrote_it()
    {
        foreach (var file in VectorFiles.Groups.SelectMany(group => group.Files))
        {
            var producer = VectorFiles.Read(file).GetProperty("producer");
            producer.GetProperty("celery").GetString().ShouldNotBeNull().ShouldStartWith(VectorFiles.IsOld(file) ? "5.2.6" : "5.6.", customMessage: file);
        }
    }
}
