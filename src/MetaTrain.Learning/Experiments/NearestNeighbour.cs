using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Experiments;

/// <summary>What raw inputs alone are good for: each query example takes the label of the support example nearest in Euclidean distance.</summary>
internal static class NearestNeighbour
{
    /// <summary>The labels, one-hot: [T, Q, C].</summary>
    /// <param name="support">Labelled examples.</param>
    /// <param name="query">[T, Q, input...].</param>
    public static Tensor Predict(Examples support, Tensor query)
    {
        var (support_TSD, query_TQD) = (Ops.Flatten(support.Inputs), Ops.Flatten(query));
        var products_TQS = query_TQD.bmm(support_TSD.transpose(1, 2));
        var squares_T1S = Ops.Sum(Ops.Square(support_TSD), 2).unsqueeze(1);

        // The query's own square is the same for all: least distance is the greatest of 2 q s - s s.
        var nearest_TQ1 = Ops.Subtract(Ops.Scale(products_TQS, 2), squares_T1S).argmax(2, keepdim: true);
        var classes = support.Targets.shape[2];
        return support.Targets.gather(1, nearest_TQ1.expand(-1, -1, classes));
    }
}
