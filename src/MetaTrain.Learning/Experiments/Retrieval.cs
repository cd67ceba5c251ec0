// C classes, S support and Q query examples.
using System.Collections.Immutable;
using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Experiments;

/// <summary>A class to be found.</summary>
/// <param name="Name">What answers call it.</param>
/// <param name="Examples">
/// [K, D], row-major: its support examples, K at least 1; classes may have different numbers of them where the method allows it
/// (<see cref="Retrieval"/>). Where descriptions are compared with, K may be 0: examples only help to normalise a query.
/// </param>
public sealed record NamedClass(string Name, ReadOnlyMemory<float> Examples)
{
    /// <summary>A class without examples, of which something is told (zero-shot).</summary>
    public static NamedClass Described(string name, ReadOnlyMemory<float> description) => new(name, default) { Description = description };

    /// <summary>[V]: what is told of it, for a method that compares with descriptions.</summary>
    public ReadOnlyMemory<float> Description { get; init; }
}

/// <summary>A class that was found.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Probability">
/// Its probability among all the classes given, also those that were not returned: the softmax of the method's logits. For relation-net
/// trained with mse, whose scores r are sigmoids, that is r / (1 - r) over the sum of it: exactly one of the classes is the query's.
/// </param>
public readonly record struct RetrievedClass(string Name, double Probability);

/// <summary>
/// Finds the classes nearest to examples with a trained instance-based method, among any number of classes that it never saw. proto-net,
/// gaussian-proto and proto-transfer take classes with different numbers of examples, though to gaussian-proto a class with more examples is
/// surer, so that distances from it count more; matching-net and relation-net take classes with as many each, because their answers grow with
/// the number. Methods with a fixed number of classes (gnn, meta-net, all of gradient steps) are refused.
/// </summary>
public static class Retrieval
{
    /// <summary>The nearest classes of each query, computed on the calling thread.</summary>
    /// <param name="algorithm">An instance-based method, made as for training.</param>
    /// <param name="parameters">What it learned: [P].</param>
    /// <param name="input">The shape of one example, whose product is D.</param>
    /// <param name="classes">What is searched: at least 2, with different names.</param>
    /// <param name="queries">[Q, D], row-major.</param>
    /// <param name="count">How many classes a query is answered with; at most as many as there are.</param>
    /// <param name="transductive">True to normalise the queries together; false answers each as if it were the only one.</param>
    /// <returns>For each query, the most probable class first.</returns>
    /// <exception cref="ArgumentException">What does not go together, in one sentence.</exception>
    /// <exception cref="RetrievalException">The method compares only classes with as many examples each, and these have not.</exception>
    public static ImmutableArray<ImmutableArray<RetrievedClass>> Retrieve(
        IMetaAlgorithm algorithm,
        ReadOnlySpan<float> parameters,
        ImmutableArray<int> input,
        IReadOnlyList<NamedClass> classes,
        ReadOnlySpan<float> queries,
        int count,
        bool transductive = false)
    {
        var layout = new ParameterLayout(algorithm.Parameters.Select(parameter => (parameter.Name, parameter.Shape)));
        Check(algorithm, layout, parameters.Length);
        var length = input.Aggregate(1, (product, size) => product * size);
        var told = DescriptionsOf(algorithm);
        Check(classes, queries.Length, length, count, told);
        CheckCounts(algorithm, classes, length);
        if (!transductive && NormalisesQueriesAlone(algorithm) && classes.All(named => named.Examples.IsEmpty))
        {
            throw new ArgumentException(
                "The model normalises over its batch, and a query would stand alone in it: give classes examples, or pass transductive: true and several queries.",
                nameof(transductive));
        }

        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var context = new ComputeContext();
        var predictor = ((algorithm as ComparisonMethod)?.OfLogits ?? algorithm).Adapt(
            new AdaptContext { Transductive = transductive }, ParameterSet.Load(layout, parameters, context), Support(input, classes, length, told));
        var answers = predictor.Predict(TensorData.FromValues(queries, [1, queries.Length / length, .. input.Select(size => (long)size)]));
        var probabilities = TensorData.ToDoubles(Ops.Softmax(answers));
        return [.. probabilities.Chunk(classes.Count).Select(row => Nearest(row, classes, count))];
    }

    /// <summary>Why nothing can be retrieved with a method, in one sentence with the remedy; null when it can.</summary>
    public static string? Refuse(IMetaAlgorithm algorithm) => algorithm.HasFixedWays
        ? "This method tells apart as many classes as it was trained with and no others: retrieve with an instance-based one, for instance gaussian-proto or proto-net."
        : null;

    /// <summary>By how many values a method has classes described; 0 where it looks at examples of them.</summary>
    internal static int DescriptionsOf(IMetaAlgorithm algorithm) => (algorithm as ComparisonMethod)?.Descriptions ?? 0;

    /// <summary>True where a model normalises over its batch, and beside descriptions there are no examples to be normalised with.</summary>
    internal static bool NormalisesQueriesAlone(IMetaAlgorithm algorithm) => algorithm is ComparisonMethod { Descriptions: > 0, BodyMixesExamples: true };

    private static ImmutableArray<RetrievedClass> Nearest(double[] probabilities, IReadOnlyList<NamedClass> classes, int count) =>
        [.. probabilities.Index().OrderByDescending(entry => entry.Item).Take(count).Select(entry => new RetrievedClass(classes[entry.Index].Name, entry.Item))];

    private static Examples Support(ImmutableArray<int> input, IReadOnlyList<NamedClass> classes, int length, int told)
    {
        float[] examples = [.. classes.SelectMany(named => named.Examples.ToArray())];
        int[] labels = [.. classes.SelectMany((named, label) => Enumerable.Repeat(label, named.Examples.Length / length))];
        var oneHot = new float[labels.Length * classes.Count];
        for (var row = 0; row < labels.Length; row++)
        {
            oneHot[(row * classes.Count) + labels[row]] = 1;
        }

        return new Examples(
            TensorData.FromValues(examples, [1, labels.Length, .. input.Select(size => (long)size)]),
            TensorData.FromValues(oneHot, [1, labels.Length, classes.Count]))
        {
            Descriptions = told == 0
                ? null
                : TensorData.FromValues([.. classes.SelectMany(named => named.Description.ToArray())], [1, classes.Count, told]),
        };
    }

    private static void Check(IMetaAlgorithm algorithm, ParameterLayout layout, int parameters)
    {
        if (Refuse(algorithm) is { } refusal)
        {
            throw new ArgumentException(refusal, nameof(algorithm));
        }

        if (parameters != layout.Length)
        {
            throw new ArgumentException($"{parameters} parameters were given, but this method has {layout.Length}: pass those that it learned.", nameof(parameters));
        }
    }

    private static void CheckCounts(IMetaAlgorithm algorithm, IReadOnlyList<NamedClass> classes, int length)
    {
        if (algorithm is ComparisonMethod { CountsExamples: true } && classes.FirstOrDefault(named => named.Examples.Length != classes[0].Examples.Length) is { } other)
        {
            throw new RetrievalException(
                $"The class \"{other.Name}\" has another number of examples than \"{classes[0].Name}\", {other.Examples.Length / length} instead of "
                + $"{classes[0].Examples.Length / length}, and the answers of this method grow with it: give each class as many, or retrieve with a method that takes their mean, for instance proto-net.");
        }
    }

    private static void Check(IReadOnlyList<NamedClass> classes, int queries, int length, int count, int told)
    {
        if (classes.Count < 2 || classes.DistinctBy(named => named.Name, StringComparer.Ordinal).Count() < classes.Count)
        {
            throw new ArgumentException("There is nothing to choose between: pass at least 2 classes with different names.", nameof(classes));
        }

        if (classes.FirstOrDefault(named => (named.Examples.IsEmpty && told == 0) || named.Examples.Length % length != 0) is { } bad)
        {
            throw new ArgumentException(
                $"The class \"{bad.Name}\" has {bad.Examples.Length} values, but an example has {length}: pass one whole example at least.", nameof(classes));
        }

        if (told > 0 && classes.FirstOrDefault(named => named.Description.Length != told) is { } other)
        {
            throw new ArgumentException(
                $"The class \"{other.Name}\" is described by {other.Description.Length} values, but this method compares with {told}: pass as many.", nameof(classes));
        }

        if (queries == 0 || queries % length != 0)
        {
            throw new ArgumentException($"The queries have {queries} values, but an example has {length}: pass one whole example at least.", nameof(queries));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, classes.Count);
    }
}
