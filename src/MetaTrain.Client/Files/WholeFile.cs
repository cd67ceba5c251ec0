namespace MetaTrain.Client.Files;

/// <summary>Writes what a command was asked to write with --to, whole or not at all.</summary>
public static class WholeFile
{
    /// <summary>Writes beside the file and renames: what is cut off leaves nothing that looks whole. Missing folders are made.</summary>
    /// <param name="path">The file; one that is there is replaced.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>The file's full path.</returns>
    /// <exception cref="MetaTrainException">It cannot be written there.</exception>
    public static async Task<string> WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        string whole = Path.GetFullPath(path);
        if (Path.GetFileName(whole).Length == 0)
        {
            throw new MetaTrainException(FailureKind.Refused, $"'{path}' is a folder: name a file with --to.");
        }

        string temporary = $"{whole}.{Guid.NewGuid():N}.new";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(whole)!);
            await using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                await file.WriteAsync(content, cancellationToken);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, whole, overwrite: true);
            return whole;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new MetaTrainException(
                FailureKind.Refused, $"'{whole}' cannot be written ({failure.Message.TrimEnd('.')}): name another file with --to.", failure);
        }
        finally
        {
            if (File.Exists(temporary))
            {
                File.Delete(temporary);
            }
        }
    }
}
