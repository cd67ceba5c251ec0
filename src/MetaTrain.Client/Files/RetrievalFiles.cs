using System.Collections.Immutable;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;

namespace MetaTrain.Client.Files;

/// <summary>The files that a retrieval is asked with: read where the question is asked, and sent along.</summary>
public static class RetrievalFiles
{
    private static readonly string[] Suffixes = [".png", ".jpg", ".jpeg", ".bmp", ".gif"];

    /// <summary>The classes, and the queries of a file or of a folder, in ordinal order of their names.</summary>
    /// <param name="among">A folder with a sub-folder of images for each class; or a text file that describes classes, one a line.</param>
    /// <param name="queries">An image, or a folder of images.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="MetaTrainException">There is nothing to ask with, or too much.</exception>
    public static async Task<(ImmutableArray<RetrievalClass> Classes, DatasetTextFile? Descriptions, ImmutableArray<RetrievalImage> Queries)> ReadAsync(
        string among, string queries, CancellationToken cancellationToken = default)
    {
        try
        {
            DatasetTextFile? descriptions = File.Exists(among) ? (await TextFiles.ReadAsync([among], "description file", "--among", cancellationToken))[0] : null;
            if (descriptions?.Text.Contains('\0') == true)
            {
                throw Refused($"'{among}' is no text file: --among names a folder with a sub-folder of images for each class, or a text file that describes a class in each line.");
            }

            (string Name, string[] Images)[] classes = descriptions is null ? ClassesOf(among) : [];
            string[] asked = QueriesOf(queries);
            long bytes = classes.SelectMany(static each => each.Images).Concat(asked).Concat(descriptions is null ? [] : [among]).Sum(static path => new FileInfo(path).Length);
            if (bytes >= RetrievalRequest.MostBytes)
            {
                throw Refused(
                    $"The files have {bytes >> 20} MiB together, and a request carries less than {RetrievalRequest.MostBytes >> 20}: "
                    + "give fewer images of each class, fewer queries at a time, or smaller images.");
            }

            List<RetrievalClass> read = [];
            foreach ((string name, string[] images) in classes)
            {
                read.Add(new RetrievalClass(name, await ReadAsync(images, cancellationToken)));
            }

            return ([.. read], descriptions, await ReadAsync(asked, cancellationToken));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Refused($"The images cannot be read ({failure.Message.TrimEnd('.')}): check the paths of --among and --queries.", failure);
        }
    }

    private static (string Name, string[] Images)[] ClassesOf(string among)
    {
        if (!Directory.Exists(among))
        {
            throw Refused($"There is no folder or file '{among}': --among names a folder with a sub-folder of images for each class, or a text file that describes a class in each line.");
        }

        (string Name, string[] Images)[] classes =
        [
            .. Directory.GetDirectories(among).Select(static path => (Name: Path.GetFileName(path), Images: ImagesIn(path)))
                .Where(static each => !each.Name.StartsWith('.')).OrderBy(static each => each.Name, StringComparer.Ordinal),
        ];
        return classes switch
        {
            { Length: < 2 } => throw Refused(
                $"'{among}' has {classes.Length} sub-folder{(classes.Length == 1 ? "" : "s")}, and there is nothing to choose between: lay out at least 2 classes as class/image.png."),
            _ when classes.FirstOrDefault(static each => each.Images.Length == 0) is { Name: { } empty } =>
                throw Refused($"The class folder '{Path.Combine(among, empty)}' has no images (PNG, JPEG, BMP or GIF): give it at least one, or remove it."),
            _ => classes,
        };
    }

    private static string[] QueriesOf(string queries) => (Directory.Exists(queries), File.Exists(queries)) switch
    {
        (true, _) when ImagesIn(queries) is { Length: > 0 } images => images,
        (true, _) => throw Refused($"'{queries}' has no images (PNG, JPEG, BMP or GIF) directly in it: --queries names an image, or a folder of images."),
        (_, true) => [queries],
        _ => throw Refused($"There is no file or folder '{queries}': --queries names an image, or a folder of images."),
    };

    private static string[] ImagesIn(string folder) =>
    [
        .. Directory.GetFiles(folder)
            .Where(static path => !Path.GetFileName(path).StartsWith('.') && Suffixes.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal),
    ];

    private static async Task<ImmutableArray<RetrievalImage>> ReadAsync(string[] paths, CancellationToken cancellationToken)
    {
        List<RetrievalImage> read = [];
        foreach (string path in paths)
        {
            read.Add(new RetrievalImage(path, await File.ReadAllBytesAsync(path, cancellationToken)));
        }

        return [.. read];
    }

    private static MetaTrainException Refused(string sentence, Exception? inner = null) => new(FailureKind.Refused, sentence, inner);
}
