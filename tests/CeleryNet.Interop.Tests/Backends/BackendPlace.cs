using System.Globalization;
using System.Text.Json;
using CeleryNet.Contract.Tests.Sql;
using CeleryNet.TestKit;

namespace CeleryNet.Interop.Tests.Backends;

/// <summary>A place for results that both languages share: its URLs on either side, and what either side needs to know of it.</summary>
public abstract class BackendPlace : IAsyncLifetime
{
    /// <summary>Celery's <c>result_backend</c>.</summary>
    public abstract string PythonUrl { get; }

    /// <summary>The option <c>ResultBackend</c>.</summary>
    public virtual string DotNetUrl => PythonUrl;

    /// <summary>Django's <c>DATABASES["default"]</c> as JSON; empty for no Django.</summary>
    public virtual string DjangoDatabase => "";

    /// <summary>The serializer of calls and results.</summary>
    public virtual string Serializer => "json";

    public virtual void Add(CeleryBuilder celery)
    {
    }

    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public abstract ValueTask DisposeAsync();
}

public abstract class FolderPlace : BackendPlace
{
    protected TestDirectory Folder { get; } = new();

    public override ValueTask DisposeAsync()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}

public sealed class FileSystemPlace : FolderPlace
{
    public override string PythonUrl => $"file://{Folder.Path}";
}

public sealed class PickledFilesPlace : FolderPlace
{
    public override string PythonUrl => $"file://{Folder.Path}";

    public override string Serializer => "pickle";
}

public sealed class PickledSqlitePlace : FolderPlace
{
    public override string PythonUrl => $"db+sqlite:///{Folder["results.db"]}";

    public override string Serializer => "pickle";

    public override void Add(CeleryBuilder celery) => celery.AddSqliteResults();
}

public sealed class SqlitePlace : FolderPlace
{
    public override string PythonUrl => $"db+sqlite:///{Folder["results.db"]}";

    public override void Add(CeleryBuilder celery) => celery.AddSqliteResults();
}

public class DjangoSqlitePlace : FolderPlace
{
    public override string PythonUrl => "django-db";

    public override string DotNetUrl => $"django-db+sqlite:///{Folder["django.db"]}";

    public override string DjangoDatabase => JsonSerializer.Serialize(new Dictionary<string, string>
    {
        ["ENGINE"] = "django.db.backends.sqlite3",
        ["NAME"] = Folder["django.db"],
    });

    public override void Add(CeleryBuilder celery) => celery.AddSqliteResults();

    public override async ValueTask InitializeAsync() => await DjangoTables.MakeAsync("sqlite3", Folder["django.db"]);
}

public sealed class BinaryDjangoPlace : DjangoSqlitePlace
{
    public override string Serializer => "msgpack";
}

public sealed class PostgreSqlPlace : BackendPlace
{
    private readonly PostgreSqlSpace _space = new();

    public override string PythonUrl => $"db+{_space.Url}";

    public override void Add(CeleryBuilder celery) => celery.AddPostgreSqlResults();

    public override ValueTask InitializeAsync() => _space.InitializeAsync();

    public override ValueTask DisposeAsync() => _space.DisposeAsync();
}

public sealed class DjangoPostgreSqlPlace : BackendPlace
{
    private readonly PostgreSqlSpace _space = new();

    public override string PythonUrl => "django-db";

    public override string DotNetUrl => $"django-db+{_space.Url}";

    public override string DjangoDatabase => JsonSerializer.Serialize(new Dictionary<string, string>
    {
        ["ENGINE"] = "django.db.backends.postgresql",
        ["NAME"] = _space.Name,
        ["HOST"] = "127.0.0.1",
        ["PORT"] = _space.Port.ToString(CultureInfo.InvariantCulture),
        ["USER"] = new Uri(_space.Url).UserInfo,
    });

    public override void Add(CeleryBuilder celery) => celery.AddPostgreSqlResults();

    public override async ValueTask InitializeAsync()
    {
        await _space.InitializeAsync();
        await _space.MakeDjangoTablesAsync();
    }

    public override ValueTask DisposeAsync() => _space.DisposeAsync();
}
