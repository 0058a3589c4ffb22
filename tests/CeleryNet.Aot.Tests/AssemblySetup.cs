// The compiler uses all of the machine; two of them would only need twice the memory.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
