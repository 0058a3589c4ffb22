using System.IO.Compression;

namespace CeleryNet.Package.Tests;

/// <summary>What <c>dotnet pack</c> makes, and whether a program that only has the package runs a task with it.</summary>
public sealed class PackageTests(PackedPackage package) : IClassFixture<PackedPackage>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("README.md")]
    [InlineData("lib/net10.0/CeleryNet.dll")]
    [InlineData("lib/net10.0/CeleryNet.xml")]
    [InlineData("analyzers/dotnet/cs/CeleryNet.Generators.dll")]
    public void Package_contains(string entry)
    {
        using var archive = ZipFile.OpenRead(package.PackageFile);

        archive.Entries.Select(file => file.FullName).ShouldContain(entry);
    }

    public static TheoryData<string> Satellites { get; } = [.. PackedPackage.Satellites];

    [Theory]
    [MemberData(nameof(Satellites))]
    public void Satellite_depends_on_the_package_and_names_its_licence(string name)
    {
        using var archive = ZipFile.OpenRead(package.SatelliteFile(name));
        using var reader = new StreamReader(archive.GetEntry($"{name}.nuspec")!.Open());
        var nuspec = reader.ReadToEnd();

        archive.Entries.Select(file => file.FullName).ShouldContain($"lib/net10.0/{name}.dll");
        nuspec.ShouldContain($"<dependency id=\"CeleryNet\" version=\"{package.Version}\"");
        nuspec.ShouldContain("<license type=\"expression\">MIT</license>");
        nuspec.ShouldNotContain("Analyzers\" version");
    }

    [Fact]
    public void Symbols_come_in_a_package_of_their_own()
    {
        using var archive = ZipFile.OpenRead(Path.ChangeExtension(package.PackageFile, "snupkg"));

        archive.Entries.Select(file => file.FullName).ShouldContain("lib/net10.0/CeleryNet.pdb");
    }

    [Fact]
    public void Package_names_its_licence_and_readme_and_not_its_build_tools()
    {
        using var archive = ZipFile.OpenRead(package.PackageFile);
        using var reader = new StreamReader(archive.GetEntry("CeleryNet.nuspec")!.Open());
        var nuspec = reader.ReadToEnd();

        nuspec.ShouldContain("<license type=\"expression\">MIT</license>");
        nuspec.ShouldContain("<readme>README.md</readme>");
        nuspec.ShouldContain("RabbitMQ.Client");
        nuspec.ShouldNotContain("PublicApiAnalyzers");
    }

    [Fact]
    public async Task Fresh_console_app_runs_a_task_with_the_package_alone()
    {
        using var folder = new TemporaryFolder();
        await folder.WriteAsync("nuget.config", $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="{folder.PathOf("packages")}" /></config>
              <packageSources><add key="built-here" value="{package.Folder}" /></packageSources>
              <fallbackPackageFolders><add key="of-this-machine" value="{PackedPackage.MachinePackages}" /></fallbackPackageFolders>
            </configuration>
            """);
        await folder.WriteAsync("App.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="CeleryNet" Version="{package.Version}" />
                <PackageReference Include="Microsoft.Extensions.Hosting" Version="10.0.0" />
              </ItemGroup>
            </Project>
            """);
        await folder.WriteAsync("Program.cs", """
            using CeleryNet;
            using Microsoft.Extensions.DependencyInjection;
            using Microsoft.Extensions.Hosting;

            var builder = Host.CreateApplicationBuilder(args);
            builder.Services.AddCelery().AddTasks<MathTasks>().AddWorker();
            using var host = builder.Build();
            await host.StartAsync();
            var celery = host.Services.GetRequiredService<ICeleryClient>();
            var sum = await celery.SendAsync(MathTasks.Signatures.Add(2, 3));
            Console.WriteLine($"sum is {await sum.GetAsync(TimeSpan.FromSeconds(30))}");
            await host.StopAsync();

            public sealed class MathTasks
            {
                [CeleryTask("fresh.add")]
                public int Add(int x, int y) => x + y;
            }
            """);

        var output = await DotNet.RunAsync(folder.Path, ["run", "--project", folder.Path], Token);

        output.ShouldContain("sum is 5");
    }
}
