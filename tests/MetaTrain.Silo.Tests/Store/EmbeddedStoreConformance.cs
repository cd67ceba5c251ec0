using MetaTrain.Storage.Redis;
using MetaTrain.TestKit.Stores;

namespace MetaTrain.Silo.Tests.Store;

/// <summary>The suites on the embedded store, in a process of its own.</summary>
public sealed class EmbeddedStoreFixture : StoreFixture
{
    /// <summary>The silo's program, which is built beside the tests.</summary>
    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "MetaTrain.Silo.dll");

    public override async Task<IStoreServer> StartServerAsync(CancellationToken cancellationToken) =>
        await EmbeddedStoreServer.StartAsync(Program, cancellationToken);
}

[CollectionDefinition(Name)]
public sealed class EmbeddedStoreCollection : ICollectionFixture<EmbeddedStoreFixture>
{
    public const string Name = "embedded store";
}

[Collection(EmbeddedStoreCollection.Name)]
public sealed class EmbeddedJobStoreTests(EmbeddedStoreFixture fixture) : JobStoreConformance(fixture);

[Collection(EmbeddedStoreCollection.Name)]
public sealed class EmbeddedFencingTests(EmbeddedStoreFixture fixture) : FencingConformance(fixture);

[Collection(EmbeddedStoreCollection.Name)]
public sealed class EmbeddedCheckpointStoreTests(EmbeddedStoreFixture fixture) : CheckpointStoreConformance(fixture);

[Collection(EmbeddedStoreCollection.Name)]
public sealed class EmbeddedCommitInterruptionTests(EmbeddedStoreFixture fixture) : CommitInterruptionConformance(fixture);

[Collection(EmbeddedStoreCollection.Name)]
public sealed class EmbeddedDatasetStoreTests(EmbeddedStoreFixture fixture) : DatasetStoreConformance(fixture);

[Collection(EmbeddedStoreCollection.Name)]
public sealed class EmbeddedRunEventLogTests(EmbeddedStoreFixture fixture) : RunEventLogConformance(fixture);

[Collection(EmbeddedStoreCollection.Name)]
public sealed class EmbeddedClusterRegistryTests(EmbeddedStoreFixture fixture) : ClusterRegistryConformance(fixture);

[Collection(EmbeddedStoreCollection.Name)]
public sealed class EmbeddedOutageTests(EmbeddedStoreFixture fixture) : StoreOutageConformance(fixture);

[Collection(EmbeddedStoreCollection.Name)]
public sealed class EmbeddedStoreCheckTests(EmbeddedStoreFixture fixture)
{
    [Fact]
    public async Task Durability_FindsNothing_OnTheEmbeddedStore()
    {
        await using var client = new StoreClient(fixture.Server.Uri, "test");

        Assert.Equal(new DurabilityFinding(StoreKind.Garnet, null), await client.Durability.CheckAsync(TestContext.Current.CancellationToken));
    }
}
