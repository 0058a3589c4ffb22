// Runs a task by each serializer, each compression and each result backend, and prints a line for each: the name and the result.
using System.Globalization;
using CeleryNet;
using CeleryNet.AotSmoke;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

if (args is not [var key, var certificate, var store, .. var backends])
{
    await Console.Error.WriteLineAsync(
        "Give a private key, its certificate and the directory of certificates, files as CelerySecurityOptions has them, and the URLs of result backends.");
    return 2;
}

foreach (var serializer in (string[])["json", "msgpack", "yaml", "pickle", "auth"])
{
    await RunAsync(serializer, compression: null);
}

foreach (var compression in (string[])["gzip", "brotli", "bzip2", "lzma", "zstd"])
{
    await RunAsync("json", compression);
}

foreach (var backend in backends)
{
    await RunAsync("json", compression: null, backend);
}

return 0;

async Task RunAsync(string serializer, string? compression, string? backend = null)
{
    var builder = Host.CreateEmptyApplicationBuilder(null);
    builder.Logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Warning);
    var added = builder.Services.AddCelery(celery =>
        {
            celery.SerializerOptions = SmokeJson.Default.Options;
            (celery.TaskSerializer, celery.ResultSerializer, celery.AcceptContent) = (serializer, serializer, [serializer]);
            celery.TaskCompression = compression;
            celery.ResultBackend = backend;
        })
        .AddTasks(typeof(SmokeTasks))
        .AddWorker()
        .AddMessagePack().AddYaml().AddPickle().AddCompression().AddPostgreSqlResults().AddSqliteResults();
    if (serializer == "auth")
    {
        added.AddSecurity(security => (security.Key, security.Certificate, security.CertificateStore) = (key, certificate, store));
    }

    using var host = builder.Build();
    await host.StartAsync();
    var order = new Order("Ada \u00e9", [1.5m, 40], new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), [0, 255]);
    var sent = await host.Services.GetRequiredService<ICeleryClient>().SendAsync(SmokeTasks.Signatures.Charge(order, 0.25m));
    var receipt = await sent.GetAsync(TimeSpan.FromSeconds(30));
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{backend?[..backend.IndexOf(':')] ?? compression ?? serializer}: {receipt.Customer} {receipt.Total} {receipt.At:u} {Convert.ToHexString(receipt.Note)}"));
    await host.StopAsync();
}
