// Every test here starts clusters or builds: one after the other, or they measure each other's patience.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
