using System.Collections.Immutable;
using MetaTrain.Abstractions.Datasets;
using MetaTrain.Abstractions.Grains;

namespace MetaTrain.Client.Tests.Fakes;

/// <summary>A catalog with the given data sets.</summary>
internal sealed class FakeCatalog : IDatasetCatalogGrain
{
    public List<DatasetManifest> Datasets { get; } = [];

    public Task<ImmutableArray<DatasetManifest>> ListAsync() => Task.FromResult(Datasets.ToImmutableArray());

    public Task<DatasetManifest?> DescribeAsync(string name) => Task.FromResult(Datasets.FirstOrDefault(each => each.Name == name));
}

/// <summary>An import that keeps what it is sent, by offset, as the cluster does.</summary>
internal sealed class FakeImport : IDatasetImportGrain
{
    public Func<byte[], DatasetImportStatus> Read { get; set; } = _ => new DatasetImportStatus(0, null, "not scripted");

    public DatasetImportRequest? Begun { get; private set; }

    public bool Completed { get; private set; }

    public List<int> PieceLengths { get; } = [];

    public byte[] Content { get; private set; } = [];

    /// <summary>Calls that fail before one succeeds.</summary>
    public int FailuresToCome { get; set; }

    /// <summary>How many archives are forgotten once they have arrived.</summary>
    public int ForgetTimes { get; set; }

    public int Begins { get; private set; }

    /// <summary>What the silo says to every piece.</summary>
    public Exception? Refusal { get; set; }

    public Task BeginAsync(DatasetImportRequest request) => FakeCoordinator.Answer(() =>
    {
        Begun = request;
        Begins++;
        Content = new byte[request.Length];
        return true;
    });

    public Task AppendAsync(long offset, byte[] piece) => FakeCoordinator.Answer(() =>
    {
        if (Refusal is { } refusal)
        {
            throw refusal;
        }

        piece.CopyTo(Content, offset);
        if (FailuresToCome-- > 0)
        {
            throw new TimeoutException("The answer was lost.");
        }

        PieceLengths.Add(piece.Length);
        return true;
    });

    public Task CompleteAsync() => FakeCoordinator.Answer(() => ForgetTimes-- > 0
        ? throw new InvalidOperationException("This import is not known any more.")
        : Completed = true);

    public Task<DatasetImportStatus> StatusAsync() => FakeCoordinator.Answer(() => Read(Content));
}
