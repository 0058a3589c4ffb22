using CeleryNet.Fault.Tests.Setup;

// All tests begin at once and wait for their turn in SharedServers: which of them can stand each other depends on the broker that they disturb.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.All, MaxThreads = -1)]
[assembly: AssemblyFixture(typeof(SharedServers))]
