// C classes, S images of classes in all, Q queries, D values an image.
using System.Collections.Immutable;
using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Datasets.Import;
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Experiments;

/// <summary>
/// Retrieval of image files, among classes that are images or descriptions: images are read as an import reads them, to the inputs that the
/// method was trained on.
/// </summary>
internal static class FileRetrieval
{
    /// <summary>Values of all images of classes: their features are computed at once, so that they bound the memory that is taken.</summary>
    private const long MostClassValues = 8 << 20;

    /// <summary>Values that are computed at once beside a query: a model that normalises over its batch sees the classes again with each.</summary>
    private const long ValuesAtOnce = 2 << 20;

    /// <summary>Values of one request, the classes counted again with each query: minutes of one core for a small network.</summary>
    private const long MostValues = 1 << 27;

    /// <summary>Described classes of one request: of more the answers to a few queries are larger than the queries.</summary>
    private const int MostDescribed = 10_000;

    /// <summary>The nearest classes of each query.</summary>
    /// <param name="algorithm">An instance-based method.</param>
    /// <param name="source">What it was trained on.</param>
    /// <param name="parameters">What it learned: [P].</param>
    /// <param name="classes">At least 2.</param>
    /// <param name="queries">At least 1.</param>
    /// <param name="count">How many classes a query is answered with, if there are as many.</param>
    public static ImmutableArray<ImmutableArray<RetrievedClass>> Retrieve(
        IMetaAlgorithm algorithm,
        ITaskSource source,
        ReadOnlySpan<float> parameters,
        IReadOnlyList<ImageFileClass> classes,
        IReadOnlyList<ImageFile> queries,
        int count)
    {
        var input = source.TrainingShape.Input;
        Check(algorithm, source.TrainingShape, classes, queries);
        try
        {
            NamedClass[] named =
            [
                .. classes.Select(each => new NamedClass(each.Name, Inputs(each.Images, input, source.HasInk)) { Description = each.Description.AsMemory() }),
            ];
            var together = Retrieval.NormalisesQueriesAlone(algorithm);
            var examples = together ? queries.Count : Math.Max(1, ValuesAtOnce / ValuesOfAQuery(classes, source.TrainingShape));
            var answers = ImmutableArray.CreateBuilder<ImmutableArray<RetrievedClass>>(queries.Count);
            foreach (var some in queries.Chunk((int)Math.Min(examples, queries.Count)))
            {
                answers.AddRange(Retrieval.Retrieve(algorithm, parameters, input, named, Inputs(some, input, source.HasInk), Math.Min(count, named.Length), together));
            }

            return answers.MoveToImmutable();
        }
        catch (DatasetImportException exception)
        {
            throw new RetrievalException(exception.Message, exception);
        }
    }

    private static void Check(IMetaAlgorithm algorithm, EpisodeShape shape, IReadOnlyList<ImageFileClass> classes, IReadOnlyList<ImageFile> queries)
    {
        if (Retrieval.Refuse(algorithm) is { } refusal)
        {
            throw new RetrievalException(refusal);
        }

        if (shape.Input.Length != 3)
        {
            throw new RetrievalException(
                $"This job's inputs have the shape [{string.Join(", ", shape.Input)}] and are no images: retrieve with a job that was trained on images.");
        }

        if (classes.Count < 2)
        {
            throw new RetrievalException($"There is nothing to choose between: give at least 2 classes, not {classes.Count}, each a folder of images, or each a line of a description file.");
        }

        CheckClasses(classes, Retrieval.DescriptionsOf(algorithm));
        if (queries.Count == 0)
        {
            throw new RetrievalException("There are no queries: give at least one image.");
        }

        if (Retrieval.NormalisesQueriesAlone(algorithm))
        {
            var most = ValuesAtOnce / ValuesOfAQuery(classes, shape);
            if (queries.Count == 1 || queries.Count > most)
            {
                throw new RetrievalException(
                    $"This model normalises over its batch, and beside descriptions that is of the queries alone: give 2 to {most:N0} of them at a time, not {queries.Count:N0}, or train a model without batch normalisation, such as mlp.");
            }
        }

        var images = classes.Sum(each => (long)each.Images.Length);
        if (images * shape.InputLength > MostClassValues)
        {
            throw new RetrievalException(
                $"The classes have {images:N0} images of {shape.InputLength:N0} values: give at most {MostClassValues / shape.InputLength:N0} in all, fewer of each class.");
        }

        if (ValuesOfAQuery(classes, shape) * queries.Count > MostValues)
        {
            var what = images == 0 ? $"{classes.Count:N0} described classes" : $"{images:N0} images";
            throw new RetrievalException(
                $"{queries.Count:N0} queries among {what} are more than one request may ask for: ask for at most {Math.Max(1, MostValues / ValuesOfAQuery(classes, shape)):N0} at a time.");
        }
    }

    private static void CheckClasses(IReadOnlyList<ImageFileClass> classes, int told)
    {
        if (told == 0 && classes.Any(each => !each.Description.IsEmpty))
        {
            throw new RetrievalException(
                "This job compares with images of classes and not with descriptions: give a folder of images for each class, or train gaussian-proto with algorithm.descriptions.");
        }

        if (told > 0 && classes.FirstOrDefault(each => each.Description.Length != told) is { } other)
        {
            throw new RetrievalException(other.Description.IsEmpty
                ? $"This job compares with descriptions of {told} values and not with images of classes: give a text file that describes each class in a line 'class,value,value,...'."
                : $"The class '{other.Name}' is described by {other.Description.Length} values, and this job was trained with {told}: describe the classes by the same values as those of its data.");
        }

        if (told > 0 && classes.Count > MostDescribed)
        {
            throw new RetrievalException($"{classes.Count:N0} classes are described, and one request searches at most {MostDescribed:N0}: give fewer at a time.");
        }

        if (told == 0 && classes.FirstOrDefault(each => each.Images.IsEmpty) is { } empty)
        {
            throw new RetrievalException($"The class '{empty.Name}' has no images: give it at least one, or leave it out.");
        }
    }

    /// <summary>What is computed for a query: itself and all images again, or an answer for each described class.</summary>
    private static long ValuesOfAQuery(IReadOnlyList<ImageFileClass> classes, EpisodeShape shape) =>
        Math.Max((classes.Sum(each => (long)each.Images.Length) + 1) * shape.InputLength, classes.Count);

    /// <summary>[N, D]: bytes 0 to 255 become 0 to 1, as a task source has them.</summary>
    private static float[] Inputs(IReadOnlyCollection<ImageFile> files, ImmutableArray<int> input, bool hasInk) =>
    [
        .. files.SelectMany(file => ImageDecoder.Decode(file.Content, file.Name, input[0], width: input[2], height: input[1]))
            .Select(pixel => (hasInk ? 255 - pixel : pixel) / 255f),
    ];
}
