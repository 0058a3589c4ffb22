namespace CeleryNet.TestKit;

/// <summary>
/// The servers that tests may use, as tests/run.sh started them. What is missing fails the test that asks for it: a test that did not run
/// must not look like one that passed.
/// </summary>
public static class TestBrokers
{
    /// <summary>A Redis without a password: <c>redis://127.0.0.1:port</c>.</summary>
    public static string Redis => Read("CELERYNET_TEST_REDIS").TrimEnd('/');

    /// <summary>A RabbitMQ node: <c>amqp://guest:guest@127.0.0.1:port//</c>.</summary>
    public static string Amqp => Read("CELERYNET_TEST_AMQP");

    /// <summary>A PostgreSQL that asks for no password: <c>postgresql://user@127.0.0.1:port</c>, without a database.</summary>
    public static string PostgreSql => Read("CELERYNET_TEST_POSTGRESQL").TrimEnd('/');

    /// <summary>The Python that can import celery, redis, sqlalchemy, psycopg2 and django_celery_results.</summary>
    public static string Python => Read("CELERY_PYTHON");

    /// <summary>The URL of one database of the Redis.</summary>
    /// <param name="database">The database's number.</param>
    public static string RedisDatabase(int database) => FormattableString.Invariant($"{Redis}/{database}");

    private static string Read(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
        ? value
        : throw new InvalidOperationException($"{variable} is not set, so this test has no server or program to run against: run tests/run.sh");
}
