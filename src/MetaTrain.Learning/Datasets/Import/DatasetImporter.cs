namespace MetaTrain.Learning.Datasets.Import;

/// <summary>Reads a data set of any kind that is known here: the name "omniglot" means Omniglot, every other one folders of images.</summary>
public static class DatasetImporter
{
    /// <summary>Reads an archive.</summary>
    /// <param name="name">The name that specs will use.</param>
    /// <param name="archive">Its bytes; a .zip must be able to seek, or is first read into memory.</param>
    /// <param name="fileName">Its name, which says what kind it is: .zip, .tar, .tgz or .tar.gz.</param>
    /// <param name="options">How images are brought to one shape and split; null decides by the images and their folders.</param>
    /// <param name="progress">Told how many classes were met so far.</param>
    /// <param name="cancellationToken">Stops between files.</param>
    /// <exception cref="DatasetImportException">The archive cannot become a data set; the message is one sentence.</exception>
    public static ImportedDataset Read(
        string name, Stream archive, string fileName, ImageFolderOptions? options = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        IsOmniglot(name, options)
            ? OmniglotImporter.Read(archive, fileName, progress, cancellationToken)
            : ImageFolderImporter.Read(Allowed(name), archive, fileName, options, progress, cancellationToken);

    /// <summary>Reads a folder.</summary>
    /// <param name="name">The name that specs will use.</param>
    /// <param name="folder">Its path.</param>
    /// <param name="options">How images are brought to one shape and split; null decides by the images and their folders.</param>
    /// <param name="progress">Told how many classes were met so far.</param>
    /// <param name="cancellationToken">Stops between files.</param>
    /// <exception cref="DatasetImportException">The folder cannot become a data set; the message is one sentence.</exception>
    public static ImportedDataset ReadFolder(
        string name, string folder, ImageFolderOptions? options = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        IsOmniglot(name, options)
            ? OmniglotImporter.ReadFolder(folder, progress, cancellationToken)
            : ImageFolderImporter.ReadFolder(Allowed(name), folder, options, progress, cancellationToken);

    private static bool IsOmniglot(string name, ImageFolderOptions? options) => name == OmniglotImporter.Name
        && (options is null or { Side: null, Channels: null, SplitFiles.IsEmpty: true, Descriptions: null }
            ? true
            : throw new DatasetImportException(
                $"'{OmniglotImporter.Name}' has a size and a split of its own: leave size, channels, split files and descriptions out, or import it under another name, as a folder of images."));

    private static string Allowed(string name) => TaskSourceRegistry.All.Entries.Any(entry => entry.Names.Contains(name))
        ? throw new DatasetImportException($"'{name}' is the name of a built-in task source: choose another name for the data set.")
        : name;
}
