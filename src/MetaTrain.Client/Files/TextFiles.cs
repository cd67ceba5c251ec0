using MetaTrain.Abstractions.Grains;

namespace MetaTrain.Client.Files;

/// <summary>Text files that say something of classes: read where a command is given, and sent along.</summary>
internal static class TextFiles
{
    private const long MostBytes = 16L << 20;

    /// <summary>Reads files.</summary>
    /// <param name="paths">Where they lie.</param>
    /// <param name="what">What a message calls one of them.</param>
    /// <param name="option">The option that named them.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="MetaTrainException">One cannot be read, or they are larger than any list of classes.</exception>
    public static async Task<IReadOnlyList<DatasetTextFile>> ReadAsync(IEnumerable<string> paths, string what, string option, CancellationToken cancellationToken)
    {
        List<DatasetTextFile> files = [];
        long bytes = 0;
        foreach (string path in paths)
        {
            try
            {
                bytes += new FileInfo(path).Length;
                if (bytes > MostBytes)
                {
                    throw new MetaTrainException(
                        FailureKind.Refused, $"The {what} '{path}' goes beyond {MostBytes >> 20} MiB, the most that {option} takes in all: give text files with a line for each class or image.");
                }

                files.Add(new DatasetTextFile(Path.GetFileName(path), await File.ReadAllTextAsync(path, cancellationToken)));
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw new MetaTrainException(FailureKind.Refused, $"The {what} '{path}' cannot be read ({failure.Message.TrimEnd('.')}): check {option}.", failure);
            }
        }

        return files;
    }
}
