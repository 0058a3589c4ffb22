// The costs of the parts that every message goes through: time and allocations of one operation, without a broker.
//   dotnet run -c Release --project benchmarks/CeleryNet.Benchmarks -- --filter '*'                 everything, some twenty minutes
//   dotnet run -c Release --project benchmarks/CeleryNet.Benchmarks -- --filter '*' --job short     coarser, some three minutes
//   dotnet run -c Release --project benchmarks/CeleryNet.Benchmarks -- --filter '*Router*'          some of them
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Running;

// In this process: the programs that the tool would build otherwise would be built by the rules of this repository, which are not for them.
var config = DefaultConfig.Instance.AddDiagnoser(MemoryDiagnoser.Default).HideColumns(Column.Error, Column.StdDev, Column.RatioSD);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(["--inProcess", .. args], config);
