using MetaTrain.Abstractions.Datasets;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Client.Calls;
using MetaTrain.Client.Connections;

namespace MetaTrain.Client.Datasets;

/// <summary>How far an import is.</summary>
/// <param name="BytesSent">Bytes of the archive that the cluster has.</param>
/// <param name="Bytes">Bytes of the archive.</param>
/// <param name="ClassesRead">Classes met in the archive so far.</param>
public sealed record ImportProgress(long BytesSent, long Bytes, int ClassesRead);

/// <summary>Sends an archive in pieces and waits until the cluster has cut it into class shards.</summary>
internal sealed class DatasetUpload(IClusterGrains grains, CallRetry retry, TimeProvider time)
{
    /// <summary>The largest piece: a message well under every limit.</summary>
    public const int PieceBytes = 1024 * 1024;

    private const int Attempts = 3;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(300);

    /// <summary>Sends it; an import whose silo died is begun again elsewhere.</summary>
    public async Task<DatasetManifest> SendAsync(
        DatasetImportRequest request, DatasetArchive archive, IProgress<ImportProgress>? progress, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            // Asked for at each call: a cluster that was restarted meanwhile answers on another connection.
            Guid id = Guid.NewGuid();
            Func<IDatasetImportGrain> import = () => grains.Import(id);
            try
            {
                long length = await SendPiecesAsync(import, request, archive, progress, cancellationToken);
                return await WaitAsync(import, length, progress, cancellationToken);
            }
            catch (InvalidDataException refused)
            {
                throw new MetaTrainException(FailureKind.Refused, refused.Message, refused);
            }
            catch (InvalidOperationException forgotten)
            {
                // What the silo answers when it has never seen the beginning.
                if (attempt == Attempts)
                {
                    throw new MetaTrainException(FailureKind.Failed, forgotten.Message, forgotten);
                }
            }
        }
    }

    private async Task<long> SendPiecesAsync(
        Func<IDatasetImportGrain> import, DatasetImportRequest request, DatasetArchive archive, IProgress<ImportProgress>? progress, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(archive.Path, FileMode.Open, FileAccess.Read, FileShare.Read);
        long length = request.Length;
        await retry.RunAsync("begin an import", () => import().BeginAsync(request), cancellationToken);
        for (long offset = 0; offset < length;)
        {
            byte[] piece = new byte[Math.Min(PieceBytes, length - offset)];
            await file.ReadExactlyAsync(piece, cancellationToken);
            long at = offset;
            await retry.RunAsync("take a piece of the import", () => import().AppendAsync(at, piece), cancellationToken);
            offset += piece.Length;
            progress?.Report(new ImportProgress(offset, length, 0));
        }

        return length;
    }

    private async Task<DatasetManifest> WaitAsync(
        Func<IDatasetImportGrain> import, long length, IProgress<ImportProgress>? progress, CancellationToken cancellationToken)
    {
        while (true)
        {
            // Harmless when repeated, and the way to find out that the silo which had the archive is gone.
            await retry.RunAsync("complete the import", () => import().CompleteAsync(), cancellationToken);
            DatasetImportStatus status;
            do
            {
                status = await retry.RunAsync("read the import", () => import().StatusAsync(), cancellationToken);
                progress?.Report(new ImportProgress(length, length, status.ClassesRead));
                switch (status)
                {
                    case { Manifest: { } manifest }:
                        return manifest;
                    case { Failure: { } failure }:
                        throw new MetaTrainException(status.IsOutage ? FailureKind.Unreachable : FailureKind.Refused, failure);
                }

                await Task.Delay(PollInterval, time, cancellationToken);
            }
            while (status.ClassesRead > 0);
        }
    }
}
