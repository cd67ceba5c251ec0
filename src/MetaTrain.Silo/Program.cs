using System.CommandLine;
using MetaTrain.Silo.Store;

return await new RootCommand("A silo of a MetaTrain cluster, its embedded store, and the supervisor of a local cluster.") { StoreCommand.Create() }
    .Parse(args)
    .InvokeAsync();
