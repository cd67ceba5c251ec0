using System.Security.Cryptography;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Storage;
using MetaTrain.Client.Calls;
using MetaTrain.Client.Connections;
using MetaTrain.Client.Files;
using MetaTrain.Client.Jobs;

namespace MetaTrain.Client.Checkpoints;

/// <summary>What an export wrote.</summary>
/// <param name="Path">The file.</param>
/// <param name="Iteration">The version.</param>
/// <param name="Parameters">How many named parameters it has.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="ParametersSha256">SHA-256 of the parameters' values.</param>
public sealed record ExportResult(string Path, long Iteration, int Parameters, long Bytes, string ParametersSha256);

/// <summary>Fetches a committed version piece by piece, checks it, and writes its parameters to a file, whole or not at all.</summary>
internal sealed class CheckpointExport(IClusterGrains grains, CallRetry retry)
{
    public async Task<ExportResult> ExportAsync(JobId job, CheckpointSelector at, string path, CancellationToken cancellationToken)
    {
        CheckpointManifest manifest = await retry.RunAsync(
            "find the checkpoint", () => grains.Coordinator(job).ReadCheckpointAsync(at), cancellationToken)
            ?? throw await ExplainAbsenceAsync(job, at, cancellationToken);
        byte[] content = await FetchAsync(manifest, cancellationToken);
        ParametersContent parameters = Extract(manifest, content);
        string whole = await WholeFile.WriteAsync(path, parameters.File, cancellationToken);
        return new ExportResult(whole, manifest.Iteration, parameters.Names.Count, parameters.File.Length, parameters.ParametersSha256);
    }

    private async Task<byte[]> FetchAsync(CheckpointManifest manifest, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream(checked((int)manifest.Length));
        for (int piece = 0; piece < manifest.Pieces; piece++)
        {
            int number = piece;
            content.Write(await retry.RunAsync(
                "read the checkpoint",
                () => grains.Coordinator(manifest.Job).ReadCheckpointPieceAsync(manifest.Iteration, number),
                cancellationToken));
        }

        byte[] whole = content.ToArray();
        string hash = Convert.ToHexStringLower(SHA256.HashData(whole));
        return hash == manifest.ContentSha256
            ? whole
            : throw Damaged(manifest, $"its SHA-256 is {hash}, not {manifest.ContentSha256}");
    }

    private static ParametersContent Extract(CheckpointManifest manifest, byte[] content)
    {
        try
        {
            ParametersContent parameters = ParametersFile.Extract(content, new Dictionary<string, string>
            {
                ["format"] = "pt",
                ["job"] = manifest.Job.Value,
                ["iteration"] = manifest.Iteration.ToString(),
                ["parametersSha256"] = manifest.ParametersSha256,
            });
            return parameters.ParametersSha256 == manifest.ParametersSha256
                ? parameters
                : throw Damaged(manifest, $"its parameters have the SHA-256 {parameters.ParametersSha256}, not {manifest.ParametersSha256}");
        }
        catch (InvalidDataException broken)
        {
            throw Damaged(manifest, broken.Message.TrimEnd('.'), broken);
        }
    }

    private async Task<MetaTrainException> ExplainAbsenceAsync(JobId job, CheckpointSelector at, CancellationToken cancellationToken)
    {
        JobStatus? status = await retry.RunAsync("describe the job", () => grains.Coordinator(job).DescribeAsync(), cancellationToken);
        return status switch
        {
            null => JobErrors.Unknown(job),
            { CommittedIteration: 0 } => new MetaTrainException(
                FailureKind.Refused, $"The job '{job}' has not committed a version yet: wait until 'metatrain watch {job}' shows one."),
            _ => new MetaTrainException(
                FailureKind.Refused,
                $"The job '{job}' keeps no version {Describe(at)}: take --at last (iteration {status.CommittedIteration}) or --at best."),
        };
    }

    private static string Describe(CheckpointSelector at) =>
        at.Choice == CheckpointChoice.Iteration ? $"of iteration {at.Iteration}" : $"'{at.Choice.ToString().ToLowerInvariant()}'";

    private static MetaTrainException Damaged(CheckpointManifest manifest, string why, Exception? inner = null) => new(
        FailureKind.Failed,
        $"The checkpoint of iteration {manifest.Iteration} of the job '{manifest.Job}' is damaged ({why}): export another with --at.",
        inner);
}
