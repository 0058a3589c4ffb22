using CeleryNet.TestKit;

namespace CeleryNet.Contract.Tests.Sql;

/// <summary>The tables of django-celery-results, made by Django.</summary>
internal static class DjangoTables
{
    /// <param name="engine">Django's name of the kind of database.</param>
    /// <param name="place">The database's name, and for a server its host, port and user.</param>
    public static async Task MakeAsync(string engine, params string[] place)
    {
        await using var python = PythonProcess.StartScript(Path.Combine(AppContext.BaseDirectory, "python", "django_tables.py"), [engine, .. place]);
        await python.WaitForLineAsync("TABLES-MADE");
    }
}
