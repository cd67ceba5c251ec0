using System.Collections.Immutable;
using MetaTrain.Abstractions.Checkpoints;

namespace MetaTrain.Client.Checkpoints;

/// <summary>Cuts a checkpoint's safetensors content down to the parameters: what is under "state/" belongs to the cluster.</summary>
internal static class ParametersFile
{
    /// <summary>The content with only the parameters, and the SHA-256 of their values in ordinal order of their UTF-8 names.</summary>
    /// <exception cref="InvalidDataException">The content is not valid safetensors.</exception>
    public static ParametersContent Extract(ReadOnlyMemory<byte> content, IReadOnlyDictionary<string, string> metadata)
    {
        SafetensorsFile checkpoint = SafetensorsFile.Read(content);
        ImmutableArray<SafetensorsTensor> parameters = checkpoint.Parameters;
        return new ParametersContent(
            SafetensorsFile.Write(parameters, metadata), [.. parameters.Select(static parameter => parameter.Name)], ParameterHash.Compute(checkpoint));
    }
}

/// <summary>A safetensors file of parameters alone.</summary>
/// <param name="File">The whole file.</param>
/// <param name="Names">The parameters, in the order of the file.</param>
/// <param name="ParametersSha256">SHA-256 of their values in that order.</param>
internal sealed record ParametersContent(byte[] File, IReadOnlyList<string> Names, string ParametersSha256);
