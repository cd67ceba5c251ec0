using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Datasets.Import;

/// <summary>
/// Reads Omniglot (Lake, Salakhutdinov, Tenenbaum 2015) as its authors publish it: folders <c>images_background</c> and
/// <c>images_evaluation</c>, or the two .zip files of these names, each with <c>Alphabet/characterNN/*.png</c> of 105x105 pixels and
/// 1 bit; in a folder or in one archive, at any depth. Each drawing becomes 28x28 grey bytes by area averaging and is turned round:
/// in the files ink is black (0), in the data set ink is 255 and paper 0, so that a source's inputs have ink 1, as in the papers.
/// </summary>
public static class OmniglotImporter
{
    /// <summary>The name that specs use.</summary>
    public const string Name = "omniglot";

    /// <summary>Drawings of each character.</summary>
    public const int ExamplesPerCharacter = 20;

    internal const string Licence = "MIT, (c) 2015 Brenden Lake";

    internal const string Source = "https://github.com/brendenlake/omniglot";

    internal static readonly ImportLimits Limits = new() { FileBytes = 64L << 20, TotalBytes = 4L << 30, Files = 500_000 };

    /// <summary>Reads an archive.</summary>
    /// <param name="archive">Its bytes; a .zip must be able to seek, or is first read into memory.</param>
    /// <param name="fileName">Its name, which says what kind it is: .zip, .tar, .tgz or .tar.gz.</param>
    /// <param name="progress">Told how many characters were met so far.</param>
    /// <param name="cancellationToken">Stops between files.</param>
    /// <exception cref="DatasetImportException">The archive is damaged, or is not the whole of Omniglot.</exception>
    public static ImportedDataset Read(Stream archive, string fileName, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        Read(archive, fileName, OmniglotSplit.Characters, progress, cancellationToken);

    /// <summary>Reads a folder.</summary>
    /// <param name="folder">Its path.</param>
    /// <param name="progress">Told how many characters were met so far.</param>
    /// <param name="cancellationToken">Stops between files.</param>
    /// <exception cref="DatasetImportException">The folder cannot be read, or is not the whole of Omniglot.</exception>
    public static ImportedDataset ReadFolder(string folder, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        ReadFolder(folder, OmniglotSplit.Characters, progress, cancellationToken);

    internal static ImportedDataset Read(
        Stream archive, string fileName, IReadOnlyDictionary<string, Split> characters, IProgress<int>? progress, CancellationToken cancellationToken)
    {
        var drawings = new OmniglotDrawings(progress, cancellationToken);
        new ArchiveReader(Limits, cancellationToken).Read(archive, fileName, drawings.Visit);
        return drawings.Build(fileName, characters);
    }

    internal static ImportedDataset ReadFolder(
        string folder, IReadOnlyDictionary<string, Split> characters, IProgress<int>? progress, CancellationToken cancellationToken)
    {
        var drawings = new OmniglotDrawings(progress, cancellationToken);
        new ArchiveReader(Limits, cancellationToken).ReadFolder(folder, drawings.Visit);
        return drawings.Build(folder, characters);
    }
}
