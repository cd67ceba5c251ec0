using MetaTrain.Abstractions.Checkpoints;
using MetaTrain.Abstractions.Specs;

namespace MetaTrain.Client.Checkpoints;

/// <summary>The file that a spec starts from: read where the job is submitted, and sent along.</summary>
internal static class InitialParameters
{
    // A submission travels in one message, of at most 100 MiB with its frame.
    private const long MostBytes = 80L << 20;

    /// <summary>The content of the safetensors file that <c>initialize.from</c> names; null when it names none.</summary>
    /// <param name="specJson">The spec as canonical JSON.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="MetaTrainException">There is no such file, or it is no safetensors file.</exception>
    public static async Task<byte[]?> ReadAsync(string specJson, CancellationToken cancellationToken)
    {
        if (new JobSpecReader().ReadJson(specJson).Spec?.Initialize is not { IsFile: true, From: var path })
        {
            return null;
        }

        try
        {
            if (new FileInfo(path).Length > MostBytes)
            {
                throw Refused(path, $"is larger than {MostBytes >> 20} MiB, which a submission cannot carry: keep its parameters alone (metatrain export does).");
            }

            byte[] content = await File.ReadAllBytesAsync(path, cancellationToken);
            _ = SafetensorsFile.Read(content);
            return content;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Refused(path, $"cannot be read ({failure.Message.TrimEnd('.')}): the path is seen from the directory you are in.", failure);
        }
        catch (InvalidDataException broken)
        {
            throw Refused(path, $"is no safetensors file ({broken.Message.TrimEnd('.')}): name one that 'metatrain export' wrote, or another library.", broken);
        }
    }

    private static MetaTrainException Refused(string path, string why, Exception? inner = null) =>
        new(FailureKind.Refused, $"initialize.from: '{path}' {why}", inner);
}
