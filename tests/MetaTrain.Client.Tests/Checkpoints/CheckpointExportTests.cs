using System.Security.Cryptography;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Storage;
using MetaTrain.Client.Checkpoints;
using MetaTrain.Client.Tests.Fakes;

namespace MetaTrain.Client.Tests.Checkpoints;

public sealed class CheckpointExportTests : IAsyncDisposable
{
    private readonly FakeCluster _cluster = new();
    private readonly TemporaryFolder _folder = new();
    private readonly byte[] _content = Safetensors.Write(("w", [3], [1, 2, 3]), ("state/t", [1], [5]));
    private int _pieceReads;

    public CheckpointExportTests() => Keep(Manifest());

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return _cluster.DisposeAsync();
    }

    [Fact]
    public async Task Export_WritesTheParameters_FromPieces()
    {
        ExportResult result = await ExportAsync();
        (_, byte[] data) = Safetensors.Read(await File.ReadAllBytesAsync(_folder.File("out.safetensors"), TestContext.Current.CancellationToken));
        Assert.Equal(Safetensors.Bytes(1, 2, 3), data);
        Assert.Equal((40, 1), (result.Iteration, result.Parameters));
        Assert.True(_pieceReads > 2);
        Assert.Equal(["out.safetensors"], Directory.EnumerateFiles(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Export_LeavesTheEarlierFile_WhenTheContentIsDamaged()
    {
        await File.WriteAllTextAsync(_folder.File("out.safetensors"), "earlier", TestContext.Current.CancellationToken);
        Keep(Manifest() with { ContentSha256 = new string('0', 64) });
        MetaTrainException failure = await FailAsync();
        Assert.Equal(FailureKind.Failed, failure.Kind);
        Assert.StartsWith("The checkpoint of iteration 40 of the job 'j' is damaged (its SHA-256 is", failure.Message);
        Assert.Equal("earlier", await File.ReadAllTextAsync(_folder.File("out.safetensors"), TestContext.Current.CancellationToken));
        Assert.Single(Directory.EnumerateFiles(_folder.Path));
    }

    [Fact]
    public async Task Export_Refuses_WhenTheParametersAreNotTheCommittedOnes()
    {
        Keep(Manifest() with { ParametersSha256 = new string('0', 64) });
        Assert.Contains("its parameters have the SHA-256", (await FailAsync()).Message);
    }

    [Fact]
    public async Task Export_ExplainsWhatIsMissing_WhenThereIsNoSuchVersion()
    {
        FakeJob().Manifest = _ => null;
        Assert.Equal(FailureKind.Unknown, (await FailAsync()).Kind);

        FakeJob().Describe = () => Statuses.Running("j") with { CommittedIteration = 0 };
        Assert.StartsWith("The job 'j' has not committed a version yet", (await FailAsync()).Message);

        FakeJob().Describe = () => Statuses.Running("j");
        Assert.Equal("The job 'j' keeps no version of iteration 7: take --at last (iteration 1200) or --at best.", (await FailAsync(CheckpointSelector.At(7))).Message);
    }

    private FakeCoordinator FakeJob() => _cluster.Job("j");

    private CheckpointManifest Manifest() => new()
    {
        Job = new JobId("j"),
        Iteration = 40,
        Epoch = 1,
        ContentSha256 = Convert.ToHexStringLower(SHA256.HashData(_content)),
        ParametersSha256 = Convert.ToHexStringLower(SHA256.HashData(Safetensors.Bytes(1, 2, 3))),
        Length = _content.Length,
        Pieces = (_content.Length + 15) / 16,
        ProgressJson = "{}",
        Time = Statuses.Submitted,
    };

    private void Keep(CheckpointManifest manifest)
    {
        FakeJob().Manifest = _ => manifest;
        FakeJob().Piece = piece =>
        {
            _pieceReads++;
            return _content[(piece * 16)..Math.Min(_content.Length, (piece + 1) * 16)];
        };
    }

    private Task<ExportResult> ExportAsync(CheckpointSelector at = default) => _cluster.RunAsync(
        _cluster.Client().ExportAsync(new JobId("j"), at, _folder.File("out.safetensors"), TestContext.Current.CancellationToken));

    private Task<MetaTrainException> FailAsync(CheckpointSelector at = default) => Assert.ThrowsAsync<MetaTrainException>(() => ExportAsync(at));
}
