using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.InnerLoop;

/// <summary>
/// Non-transductive answers from a model that normalises over its batch: every query example is shown together with the support set
/// and no other query example. Each pair (task, query example) becomes a task of its own, so that many are computed at once.
/// </summary>
internal static class QueriesApart
{
    /// <summary>As many pairs at once as keeps the repeated parameters of a 100,000-parameter model near 25 MB.</summary>
    private const long PairsAtOnce = 64;

    /// <summary>The features of query examples, together or each beside the support set alone: [T, Q, F].</summary>
    public static Tensor Features(ISplitModel model, ParameterSet parameters, Tensor support, Tensor query, bool transductive) =>
        transductive || !model.MixesExamples ? model.Features(parameters, query) : Run(model.Features, parameters, support, query);

    /// <summary>What <paramref name="forward"/> says about each query example.</summary>
    /// <param name="forward">The model, or its body: [T, N, input...] to [T, N, O].</param>
    /// <param name="parameters">Each [T or 1, shape...].</param>
    /// <param name="support">[T, S, input...].</param>
    /// <param name="query">[T, Q, input...].</param>
    /// <returns>[T, Q, O].</returns>
    public static Tensor Run(Func<ParameterSet, Tensor, Tensor> forward, ParameterSet parameters, Tensor support, Tensor query)
    {
        var (tasks, supports, queries) = (support.shape[0], support.shape[1], query.shape[1]);
        var input = support.shape[2..];
        var group = Math.Clamp(PairsAtOnce / tasks, 1, queries);
        List<Tensor> answers = [];
        for (long first = 0; first < queries; first += group)
        {
            using var scope = NewDisposeScope();
            var size = Math.Min(group, queries - first);
            var supports_TGS = support.unsqueeze(1).expand([tasks, size, supports, .. input]);
            var queries_TG1 = query.narrow(1, first, size).unsqueeze(2);
            var pairs = cat([supports_TGS, queries_TG1], 2).reshape([tasks * size, supports + 1, .. input]);
            var answers_PSO = forward(parameters.Select(value => Repeat(value, size)), pairs);
            var answers_TGO = answers_PSO.narrow(1, supports, 1).reshape(tasks, size, -1).contiguous();
            answers.Add(answers_TGO.MoveToOuterDisposeScope());
        }

        return cat([.. answers], 1);
    }

    private static Tensor Repeat(Tensor value, long times)
    {
        if (value.shape[0] == 1)
        {
            return value;
        }

        var shape = value.shape;
        return value.unsqueeze(1).expand([shape[0], times, .. shape[1..]]).reshape([shape[0] * times, .. shape[1..]]);
    }
}
