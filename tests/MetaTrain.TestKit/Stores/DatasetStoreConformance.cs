using System.Security.Cryptography;
using System.Text.Json.Nodes;
using MetaTrain.Abstractions.Datasets;
using MetaTrain.Abstractions.Storage;
using StackExchange.Redis;

namespace MetaTrain.TestKit.Stores;

/// <summary>What every <see cref="IDatasetStore"/> does.</summary>
public abstract class DatasetStoreConformance(StoreFixture fixture) : StoreConformance(fixture)
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15_680)]
    [InlineData(ICheckpointStore.MaxPieceBytes)]
    [InlineData(ICheckpointStore.MaxPieceBytes + 1)]
    [InlineData((2 * ICheckpointStore.MaxPieceBytes) + 77)]
    public async Task Shard_ComesBackAsWritten_WhateverItsLength(int length)
    {
        StoreClient client = Connect();
        byte[] content = Bytes(length, 1);
        await client.Datasets.WriteShardAsync(Sha(content), content, Cancellation);
        await client.Datasets.WriteShardAsync(Sha(content), content, Cancellation);

        Assert.Equal(content, await Connect().Datasets.ReadShardAsync(Sha(content), Cancellation));
    }

    [Fact]
    public async Task Commit_MakesTheDataSetVisible_WhenAllShardsAreThere()
    {
        StoreClient client = Connect();
        DatasetManifest manifest = await WriteAsync(client, "omniglot", 1, 2, 3);
        Assert.Null(await client.Datasets.FindAsync("omniglot", Cancellation));
        Assert.Empty(await client.Datasets.ListAsync(Cancellation));

        await client.Datasets.CommitAsync(manifest, Cancellation);

        Assert.Equivalent(manifest, await Connect().Datasets.FindAsync("omniglot", Cancellation), strict: true);
    }

    [Fact]
    public async Task Commit_IsRefusedAndChangesNothing_WhenAShardIsMissing()
    {
        StoreClient client = Connect();
        DatasetManifest first = await WriteAsync(client, "omniglot", 1, 2);
        await client.Datasets.CommitAsync(first, Cancellation);
        DatasetManifest second = first with { Classes = [.. first.Classes, new DatasetClass("lost", "test", 20, Sha([7]))] };

        InvalidDataException error = await Assert.ThrowsAsync<InvalidDataException>(() => client.Datasets.CommitAsync(second, Cancellation));

        Assert.Contains("'lost'", error.Message);
        Assert.Equal(2, (await client.Datasets.FindAsync("omniglot", Cancellation))?.Classes.Length);
    }

    [Fact]
    public async Task Commit_ReplacesTheDataSet_WhenTheNameIsTaken()
    {
        StoreClient client = Connect();
        await client.Datasets.CommitAsync(await WriteAsync(client, "b", 1, 2), Cancellation);
        await client.Datasets.CommitAsync(await WriteAsync(client, "a", 2), Cancellation);
        await client.Datasets.CommitAsync(await WriteAsync(client, "b", 5), Cancellation);

        var list = await client.Datasets.ListAsync(Cancellation);

        Assert.Equal([("a", 1), ("b", 1)], list.Select(manifest => (manifest.Name, manifest.Classes.Length)));
        Assert.Equal("class-5", list[1].Classes[0].Name);
    }

    [Fact]
    public async Task Find_ReadsWhatAnEarlierVersionWrote_WhichDescribedNoClass()
    {
        StoreClient client = Connect();
        await client.Datasets.CommitAsync(await WriteAsync(client, "old", 1, 2), Cancellation);
        IDatabase database = (await client.ConnectAsync()).GetDatabase();
        string key = (await client.KeysAsync("old")).Single(key => key.EndsWith("old", StringComparison.Ordinal));
        JsonNode manifest = JsonNode.Parse((string)(await database.StringGetAsync(key))!)!;
        foreach (JsonNode? each in manifest["classes"]!.AsArray())
        {
            Assert.True(each!.AsObject().Remove("description"));
        }

        await database.StringSetAsync(key, manifest.ToJsonString());

        Assert.All((await client.Datasets.FindAsync("old", Cancellation))!.Classes, each => Assert.Empty(each.Description));
    }

    [Fact]
    public async Task Find_GivesTheContentAskedFor_ThoughTheNameHasAnotherSince()
    {
        StoreClient client = Connect();
        DatasetManifest first = await WriteAsync(client, "mine", 1, 2);
        DatasetManifest second = await WriteAsync(client, "mine", 1, 2, 3);
        await client.Datasets.CommitAsync(first, Cancellation);
        await client.Datasets.CommitAsync(second, Cancellation);

        Assert.Equivalent(first, await client.Datasets.FindAsync("mine", first.ContentSha256, Cancellation), strict: true);
        Assert.Equivalent(second, await client.Datasets.FindAsync("mine", second.ContentSha256, Cancellation), strict: true);
        Assert.Null(await client.Datasets.FindAsync("mine", Sha([9]), Cancellation));
        Assert.Null(await client.Datasets.FindAsync("yours", first.ContentSha256, Cancellation));
    }

    [Fact]
    public async Task WriteShard_IsRefused_WhenTheContentIsNotWhatTheHashSays()
    {
        StoreClient client = Connect();

        await Assert.ThrowsAsync<InvalidDataException>(() => client.Datasets.WriteShardAsync(Sha([1]), new byte[] { 2 }, Cancellation));

        Assert.Empty(await client.KeysAsync(""));
    }

    [Fact]
    public async Task ReadShard_NamesTheDamage_WhenItIsChangedOrMissing()
    {
        StoreClient client = Connect();
        byte[] content = Bytes(100, 1);
        await client.Datasets.WriteShardAsync(Sha(content), content, Cancellation);
        RedisKey key = Assert.Single(await client.KeysAsync(""));
        await (await client.ConnectAsync()).GetDatabase().StringSetRangeAsync(key, 3, "?");

        InvalidDataException damaged = await Assert.ThrowsAsync<InvalidDataException>(() => client.Datasets.ReadShardAsync(Sha(content), Cancellation));
        InvalidDataException missing = await Assert.ThrowsAsync<InvalidDataException>(() => client.Datasets.ReadShardAsync(Sha([9]), Cancellation));

        Assert.Contains("damaged", damaged.Message);
        Assert.Contains("not in the store", missing.Message);
    }

    private static async Task<DatasetManifest> WriteAsync(StoreClient client, string name, params int[] seeds)
    {
        List<DatasetClass> classes = [];
        foreach (int seed in seeds)
        {
            byte[] content = Bytes(784 * 20, seed);
            await client.Datasets.WriteShardAsync(Sha(content), content, Cancellation);
            classes.Add(new DatasetClass($"class-{seed}", "train", 20, Sha(content)) { Description = [seed, -0.1f] });
        }

        return new DatasetManifest
        {
            Name = name,
            ContentSha256 = Sha([.. seeds.Select(static seed => (byte)seed)]),
            ExampleShape = [1, 28, 28],
            Classes = [.. classes],
            Licence = "MIT",
            ImportedAt = Time,
        };
    }

    private static string Sha(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
