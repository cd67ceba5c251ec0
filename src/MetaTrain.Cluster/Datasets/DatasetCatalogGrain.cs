using System.Collections.Immutable;
using MetaTrain.Abstractions.Datasets;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Storage;
using Orleans.Concurrency;

namespace MetaTrain.Cluster.Datasets;

/// <summary>Reads the store's data sets for people.</summary>
[Reentrant]
internal sealed class DatasetCatalogGrain(IDatasetStore store) : Grain, IDatasetCatalogGrain
{
    public Task<ImmutableArray<DatasetManifest>> ListAsync() => store.ListAsync(CancellationToken.None);

    public Task<DatasetManifest?> DescribeAsync(string name) => store.FindAsync(name, CancellationToken.None);
}
