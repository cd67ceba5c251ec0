using MetaTrain.Learning.Blocks;

namespace MetaTrain.Learning.Experiments;

/// <summary>What raw inputs alone are good for: each query example takes the label of the support example nearest in Euclidean distance.</summary>
internal static class NearestNeighbour
{
    /// <summary>The labels, one-hot: [T, Q, C].</summary>
    public static float[] Predict(BlockData<float> episodes)
    {
        var shape = episodes.Shape;
        var answers = new float[episodes.Tasks * shape.QueryCount * shape.Ways];
        for (var row = 0; row < episodes.Tasks * shape.QueryCount; row++)
        {
            var (task, query) = Math.DivRem(row, shape.QueryCount);
            var input = episodes.QueryInputs(task).Slice(query * shape.InputLength, shape.InputLength);
            answers[(row * shape.Ways) + (Nearest(input, episodes.SupportInputs(task)) / shape.Shots)] = 1;
        }

        return answers;
    }

    /// <summary>The first of the nearest.</summary>
    private static int Nearest(ReadOnlySpan<float> input, ReadOnlySpan<float> supports)
    {
        var (nearest, least) = (0, double.PositiveInfinity);
        for (var support = 0; support < supports.Length / input.Length; support++)
        {
            var other = supports.Slice(support * input.Length, input.Length);
            var distance = 0.0;
            for (var i = 0; i < input.Length; i++)
            {
                var difference = (double)input[i] - other[i];
                distance += difference * difference;
            }

            (nearest, least) = distance < least ? (support, distance) : (nearest, least);
        }

        return nearest;
    }
}
