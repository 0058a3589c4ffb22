namespace CeleryNet.Tests.Architecture;

/// <summary>
/// Dependencies between the library's folders point one way. Internal types live in the namespace of their folder, so that the names in a file
/// tell what it depends on.
/// </summary>
public sealed class FolderGraphTests
{
    private static readonly IReadOnlyList<SourceFile> _files = SourceFile.OfTheLibrary();
    private static readonly HashSet<string> _folders = [.. _files.Select(file => file.Folder).Where(folder => folder.Length > 0)];

    // A folder may use those of smaller levels. Those of its own level it may not, except itself.
    private static readonly Dictionary<string, int> _levels = new()
    {
        [""] = 0,
        ["Diagnostics"] = 0,
        ["Resilience"] = 1,
        ["Serialization"] = 1,
        ["Protocol"] = 2,
        ["Routing"] = 3,
        ["Tasks"] = 3,
        ["Workflows"] = 3,
        ["Transports"] = 4,
        ["Results"] = 5,
        ["Events"] = 5,
        ["Control"] = 5,
        ["Client"] = 6,
        ["Worker"] = 7,
        ["Beat"] = 7,
        ["Hosting"] = 8,
    };

    [Fact]
    public void Every_folder_has_a_level()
        => _files.Select(file => Top(file.Folder)).Distinct().Where(folder => !_levels.ContainsKey(folder)).ShouldBeEmpty();

    [Fact]
    public void Folders_use_only_what_stands_below_them()
    {
        var broken =
            from file in _files
            from target in file.QualifiedNames.Select(FolderOf).OfType<string>().Distinct()
            where !IsAllowed(file.Folder, target)
            select $"{file.Path} uses {target}";

        broken.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Client", "Transports", true)]
    [InlineData("Client", "Client", true)]
    [InlineData("Client", "Worker", false)]
    [InlineData("Protocol", "Serialization", true)]
    [InlineData("Serialization", "Protocol", false)]
    [InlineData("Routing", "Tasks", false)]
    [InlineData("Worker", "Beat", false)]
    [InlineData("Results", "Transports", true)]
    [InlineData("Results", "Events", false)]
    [InlineData("Transports.Redis", "Transports", true)]
    [InlineData("Transports.Redis", "Transports.Redis", true)]
    [InlineData("Transports.Redis", "Transports.Amqp", false)]
    [InlineData("Transports", "Transports.Redis", false)]
    [InlineData("Results.Redis", "Transports.Redis", true)]
    [InlineData("Results.Redis", "Transports.Amqp", false)]
    [InlineData("Results.Rpc", "Transports", true)]
    [InlineData("Results.Rpc", "Transports.Amqp", false)]
    [InlineData("Results.Rpc", "Results.Redis", false)]
    [InlineData("Client", "Transports.Redis", false)]
    [InlineData("Hosting", "Transports.Redis", true)]
    [InlineData("Hosting", "Worker", true)]
    [InlineData("Diagnostics", "Serialization", false)]
    [InlineData("Diagnostics", "", true)]
    [InlineData("Worker", "Diagnostics", true)]
    public void Rule_is_what_the_design_says(string from, string to, bool allowed) => IsAllowed(from, to).ShouldBe(allowed);

    [Theory]
    [InlineData("RabbitMQ.Client", "Transports.Amqp")]
    [InlineData("StackExchange.Redis", "Transports.Redis", "Results.Redis")]
    [InlineData("Polly", "Resilience", "Transports", "Client", "Worker", "Hosting")]
    [InlineData("Microsoft.Extensions.DependencyInjection", "Hosting")]
    [InlineData("Microsoft.Extensions.Hosting", "Hosting")]
    [InlineData("Microsoft.Extensions.Options", "Hosting")]
    [InlineData("Microsoft.Extensions.Configuration", "Hosting")]
    public void Library_is_named_only_where_it_belongs(string library, params string[] folders)
        => _files
            .Where(file => file.Names(library) && !folders.Any(folder => file.Folder == folder || file.Folder.StartsWith(folder + ".", StringComparison.Ordinal)))
            .Select(file => file.Path)
            .ShouldBeEmpty($"Only {string.Join(", ", folders)} may name {library}");

    [Fact]
    public void Namespace_is_that_of_the_folder_or_a_public_one()
    {
        var broken =
            from file in _files
            let own = file.Folder.Length == 0 ? "CeleryNet" : "CeleryNet." + file.Folder
            let line = file.Text.Split('\n').FirstOrDefault(line => line.StartsWith("namespace ", StringComparison.Ordinal))
            where line is not null
            let name = line["namespace ".Length..].TrimEnd('\r', ';', ' ')
            where name != own && !PublicNamespaceTests.Allowed.Contains(name)
            select $"{file.Path} is in {name}";

        broken.ShouldBeEmpty();
    }

    // "Transports.Redis" as a using has it, "Transports.Redis.RedisKeys" as code has it, which need not begin with CeleryNet; null for anything else.
    private static string? FolderOf(string name)
    {
        var dot = name.LastIndexOf('.');
        while (true)
        {
            if (_folders.Contains(name))
            {
                return name;
            }

            if (dot < 0)
            {
                return null;
            }

            var last = name[(dot + 1)..];
            name = name[..dot];
            dot = name.LastIndexOf('.');
            if (_folders.Contains(name) && !_files.Any(file => file.Folder == name && Path.GetFileNameWithoutExtension(file.Path) == last))
            {
                // A member of something that only has the name of a folder, such as a property Results.
                return null;
            }
        }
    }

    private static bool IsAllowed(string from, string to)
    {
        if (from == to)
        {
            return true;
        }

        // Each broker and each backend stands alone: what is general knows none of them, only Hosting puts one in its place.
        if (to.Contains('.'))
        {
            return from == "Hosting" || (from == "Results.Redis" && to == "Transports.Redis");
        }

        if (from.StartsWith(to + ".", StringComparison.Ordinal))
        {
            return true;
        }

        return _levels[Top(to)] < _levels[Top(from)] || to is "" or "Diagnostics";
    }

    private static string Top(string folder) => folder.Split('.')[0];
}
