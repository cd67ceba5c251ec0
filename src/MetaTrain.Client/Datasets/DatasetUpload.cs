using MetaTrain.Abstractions.Datasets;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Client.Calls;
using MetaTrain.Client.Connections;

namespace MetaTrain.Client.Datasets;

/// <summary>How far an import is.</summary>
/// <param name="BytesSent">Bytes of the archive that the cluster has.</param>
/// <param name="Bytes">Bytes of the archive.</param>
/// <param name="ClassesDone">Classes stored so far.</param>
public sealed record ImportProgress(long BytesSent, long Bytes, int ClassesDone);

/// <summary>Sends an archive in pieces and waits until the cluster has cut it into class shards.</summary>
internal sealed class DatasetUpload(IClusterGrains grains, CallRetry retry, TimeProvider time)
{
    /// <summary>The largest piece: a message well under every limit.</summary>
    public const int PieceBytes = 1024 * 1024;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(300);

    public async Task<DatasetManifest> SendAsync(
        string name, DatasetArchive archive, IProgress<ImportProgress>? progress, CancellationToken cancellationToken)
    {
        IDatasetImportGrain Import(Guid id) => grains.Import(id);

        var import = Guid.NewGuid();
        await using var file = new FileStream(archive.Path, FileMode.Open, FileAccess.Read, FileShare.Read);
        long length = file.Length;
        await retry.RunAsync(
            "begin an import", () => Import(import).BeginAsync(new DatasetImportRequest(name, archive.FileName, length)), cancellationToken);
        for (long offset = 0; offset < length;)
        {
            byte[] piece = new byte[Math.Min(PieceBytes, length - offset)];
            await file.ReadExactlyAsync(piece, cancellationToken);
            long at = offset;
            await retry.RunAsync("take a piece of the import", () => Import(import).AppendAsync(at, piece), cancellationToken);
            offset += piece.Length;
            progress?.Report(new ImportProgress(offset, length, 0));
        }

        await retry.RunAsync("complete the import", () => Import(import).CompleteAsync(), cancellationToken);
        while (true)
        {
            DatasetImportStatus status = await retry.RunAsync("read the import", () => Import(import).StatusAsync(), cancellationToken);
            progress?.Report(new ImportProgress(length, length, status.ClassesDone));
            switch (status)
            {
                case { Manifest: { } manifest }:
                    return manifest;
                case { Failure: { } failure }:
                    throw new MetaTrainException(FailureKind.Refused, failure);
            }

            await Task.Delay(PollInterval, time, cancellationToken);
        }
    }
}
