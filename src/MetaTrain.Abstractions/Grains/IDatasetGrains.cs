using System.Collections.Immutable;
using MetaTrain.Abstractions.Datasets;

namespace MetaTrain.Abstractions.Grains;

/// <summary>The cluster's data sets (its key is <see cref="Key"/>).</summary>
[Alias("IDatasetCatalogGrain")]
public interface IDatasetCatalogGrain : IGrainWithStringKey
{
    /// <summary>The key of the only catalog.</summary>
    const string Key = "datasets";

    /// <summary>All imported data sets, by name.</summary>
    [Alias("List")]
    Task<ImmutableArray<DatasetManifest>> ListAsync();

    /// <summary>One data set; null when it is unknown.</summary>
    [Alias("Describe")]
    Task<DatasetManifest?> DescribeAsync(string name);
}

/// <summary>One import: the client sends an archive in pieces, the silo reads it, cuts it into class shards and commits them.</summary>
[Alias("IDatasetImportGrain")]
public interface IDatasetImportGrain : IGrainWithGuidKey
{
    /// <summary>Opens the import.</summary>
    /// <exception cref="InvalidDataException">The silo cannot keep the archive; the message is one sentence with the remedy.</exception>
    [Alias("Begin")]
    Task BeginAsync(DatasetImportRequest request);

    /// <summary>The next piece of the archive, at most 1 MiB.</summary>
    /// <exception cref="InvalidDataException">The silo cannot keep the archive; the message is one sentence with the remedy.</exception>
    /// <exception cref="InvalidOperationException">The silo never saw the beginning of this import.</exception>
    [Alias("Append")]
    Task AppendAsync(long offset, byte[] piece);

    /// <summary>All pieces were sent: reads and commits in the background.</summary>
    [Alias("Complete")]
    Task CompleteAsync();

    /// <summary>How far the import is.</summary>
    [Alias("Status")]
    Task<DatasetImportStatus> StatusAsync();
}

/// <summary>What is to be imported.</summary>
[GenerateSerializer, Immutable, Alias("DatasetImportRequest")]
public sealed record DatasetImportRequest(
    [property: Id(0)] string Name,
    [property: Id(1)] string FileName,
    [property: Id(2)] long Length)
{
    /// <summary>What says which class is of which split; empty leaves it to the folders.</summary>
    [Id(3)] public ImmutableArray<DatasetTextFile> SplitFiles { get; init; } = [];

    /// <summary>Pixels a side that images are brought to; null leaves it to the images.</summary>
    [Id(4)] public int? Side { get; init; }

    /// <summary>1 for grey, 3 for colour; null leaves it to the images.</summary>
    [Id(5)] public int? Channels { get; init; }

    /// <summary>What describes each class by numbers; null where nothing does.</summary>
    [Id(6)] public DatasetTextFile? Descriptions { get; init; }
}

/// <summary>A text file that says something of classes, of which split they are or what describes them: its name without folders, and its content.</summary>
[GenerateSerializer, Immutable, Alias("DatasetTextFile")]
public sealed record DatasetTextFile(
    [property: Id(0)] string Name,
    [property: Id(1)] string Text);

/// <summary>How far an import is.</summary>
/// <param name="ClassesRead">Classes met in the archive so far.</param>
/// <param name="Manifest">What was stored, at the end; null until then.</param>
/// <param name="Failure">Why it failed, in one sentence with the remedy; null while it has not.</param>
/// <param name="IsOutage">True when it failed because the store was away.</param>
[GenerateSerializer, Immutable, Alias("DatasetImportStatus")]
public sealed record DatasetImportStatus(
    [property: Id(0)] int ClassesRead,
    [property: Id(1)] DatasetManifest? Manifest,
    [property: Id(2)] string? Failure,
    [property: Id(3)] bool IsOutage = false);
