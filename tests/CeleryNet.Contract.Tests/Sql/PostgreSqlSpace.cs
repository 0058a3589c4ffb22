using System.Globalization;
using CeleryNet.TestKit;
using Npgsql;

namespace CeleryNet.Contract.Tests.Sql;

/// <summary>A database of its own for one class of tests, on the server that all share.</summary>
public sealed class PostgreSqlSpace : IAsyncLifetime
{
    private readonly Uri _server = new(TestBrokers.PostgreSql);

    public string Name { get; } = Names.Unique("celerynet");

    public int Port => _server.Port;

    public string Url => UrlBy(_server.Port);

    /// <summary>Its URL by way of another port.</summary>
    public string UrlBy(int port) => string.Create(CultureInfo.InvariantCulture, $"postgresql://{_server.UserInfo}@{_server.Host}:{port}/{Name}");

    public async ValueTask InitializeAsync() => await ExecuteAsync("postgres", $"CREATE DATABASE \"{Name}\"");

    public async ValueTask DisposeAsync() => await ExecuteAsync("postgres", $"DROP DATABASE \"{Name}\" WITH (FORCE)");

    public Task MakeDjangoTablesAsync()
        => DjangoTables.MakeAsync("postgresql", Name, _server.Host, _server.Port.ToString(CultureInfo.InvariantCulture), _server.UserInfo);

    public Task<object?> ExecuteAsync(string text) => ExecuteAsync(Name, text);

    private async Task<object?> ExecuteAsync(string database, string text)
    {
        await using var connection = new NpgsqlConnection($"Host={_server.Host};Port={_server.Port};Username={_server.UserInfo};Database={database};Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = text;
        return await command.ExecuteScalarAsync();
    }
}
