using CeleryNet.Fault.Tests.Setup;

// Each test loads the machine on purpose; two at a time would test the machine.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
[assembly: AssemblyFixture(typeof(SharedServers))]
