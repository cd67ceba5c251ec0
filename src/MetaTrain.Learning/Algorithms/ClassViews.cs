// T tasks, S support examples, C classes, V views.
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Algorithms;

/// <summary>
/// The examples of each class parted into views, as many of each class. It goes by the labels alone: classes may have different numbers of
/// examples, in any order.
/// </summary>
internal static class ClassViews
{
    /// <summary>
    /// What each example adds to the mean of each view: of a class with K examples, view v has those with the places v K / V to (v + 1) K / V
    /// among them, both rounded down.
    /// </summary>
    /// <param name="labels">[T, S, C], one-hot; every class has an example.</param>
    /// <param name="most">V is at most this, and at most the number of examples of the class that has fewest.</param>
    /// <returns>[T, C, V, S], without a graph.</returns>
    public static Tensor Shares(Tensor labels, int most)
    {
        var (tasks, examples, classes) = ((int)labels.shape[0], (int)labels.shape[1], (int)labels.shape[2]);
        var oneHot = TensorData.ToDoubles(labels.detach());
        int[][] members =
        [
            .. from task in Enumerable.Range(0, tasks)
               from label in Enumerable.Range(0, classes)
               select Enumerable.Range(0, examples).Where(example => oneHot[(((task * examples) + example) * classes) + label] > 0).ToArray(),
        ];
        var views = Math.Min(most, members.Min(each => each.Length));
        var shares = new double[members.Length * views * examples];
        for (var view = 0; view < members.Length * views; view++)
        {
            var (ofClass, number) = (members[view / views], view % views);
            var part = ofClass[(number * ofClass.Length / views)..((number + 1) * ofClass.Length / views)];
            foreach (var example in part)
            {
                shares[(view * examples) + example] = 1.0 / part.Length;
            }
        }

        return TensorData.FromValues(shares, [tasks, classes, views, examples], labels.dtype, labels.device);
    }
}
