using MetaTrain.TestKit.Processes;
using MetaTrain.TestKit.Stores;

namespace MetaTrain.Storage.Redis.Tests.Conformance;

/// <summary>The suites on a real redis-server; where none is installed every test says so.</summary>
public sealed class RedisFixture : StoreFixture
{
    public override string? Missing => RedisServerProcess.IsAvailable ? null : RedisServerProcess.SkipReason;

    public override Task<IStoreServer> StartServerAsync(CancellationToken cancellationToken) => RedisStoreServer.StartAsync(cancellationToken);
}

[CollectionDefinition(Name)]
public sealed class RedisCollection : ICollectionFixture<RedisFixture>
{
    public const string Name = "redis-server";
}

[Collection(RedisCollection.Name)]
public sealed class RedisJobStoreTests(RedisFixture fixture) : JobStoreConformance(fixture);

[Collection(RedisCollection.Name)]
public sealed class RedisFencingTests(RedisFixture fixture) : FencingConformance(fixture);

[Collection(RedisCollection.Name)]
public sealed class RedisCheckpointStoreTests(RedisFixture fixture) : CheckpointStoreConformance(fixture);

[Collection(RedisCollection.Name)]
public sealed class RedisCommitInterruptionTests(RedisFixture fixture) : CommitInterruptionConformance(fixture);

[Collection(RedisCollection.Name)]
public sealed class RedisDatasetStoreTests(RedisFixture fixture) : DatasetStoreConformance(fixture);

[Collection(RedisCollection.Name)]
public sealed class RedisRunEventLogTests(RedisFixture fixture) : RunEventLogConformance(fixture);

[Collection(RedisCollection.Name)]
public sealed class RedisClusterRegistryTests(RedisFixture fixture) : ClusterRegistryConformance(fixture);

[Collection(RedisCollection.Name)]
public sealed class RedisOutageTests(RedisFixture fixture) : StoreOutageConformance(fixture);
