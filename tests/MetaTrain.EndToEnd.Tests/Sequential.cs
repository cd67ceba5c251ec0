using Xunit.Sdk;
using Xunit.v3;

// Every test here starts clusters or builds: one after the other, or they measure each other's patience.
[assembly: Parallelization(Mode = ParallelMode.None)]
