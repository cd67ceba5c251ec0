// f_s = A e_s (a linear embedding), h_s = GRU(f_s, h_(s-1)), h_0 = 0, g = mean_s h_s. The decoder is another GRU that begins with the last
// h, is given its own last answer (first 0), and answers with the embeddings from the last to the first: B d_1 for f_S ... B d_S for f_1.
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Algorithms.Hierarchy;

/// <summary>A recurrent autoencoder of the support set as a sequence; the task vector is the mean of its states.</summary>
internal sealed class RecurrentEncoder(int example, int embedding, int width, bool decodes, string prefix) : TaskEncoder
{
    public override IEnumerable<ParameterDefinition> Parameters =>
    [
        .. ParameterDefinition.Linear($"{prefix}.embed", example, embedding),
        .. Cell("encoder"),
        .. decodes ? Cell("decoder") : [],
        .. decodes ? ParameterDefinition.Linear($"{prefix}.answer", width, embedding) : [],
    ];

    public override TaskCode Encode(ParameterSet parameters, Tensor examples_TSD, bool reconstruct)
    {
        var (tasks, count) = (examples_TSD.shape[0], examples_TSD.shape[1]);
        var embedded_TSE = Ops.Linear(examples_TSD, parameters, $"{prefix}.embed");
        var state_T1H = examples_TSD.new_zeros(tasks, 1, width);
        var states = new Tensor[count];
        for (var step = 0; step < count; step++)
        {
            states[step] = state_T1H = Step(parameters, "encoder", embedded_TSE.narrow(1, step, 1), state_T1H);
        }

        var vector_T1H = Ops.Mean(cat(states, 1), 1, keepDimension: true);
        return new TaskCode(vector_T1H, reconstruct ? Difference(embedded_TSE, Decode(parameters, state_T1H, count)) : null);
    }

    /// <summary>[T, S, E], in the order of the examples.</summary>
    private Tensor Decode(ParameterSet parameters, Tensor state_T1H, long count)
    {
        var answer_T1E = state_T1H.new_zeros(state_T1H.shape[0], 1, embedding);
        var answers = new Tensor[count];
        for (var step = 0; step < count; step++)
        {
            state_T1H = Step(parameters, "decoder", answer_T1E, state_T1H);
            answers[count - 1 - step] = answer_T1E = Ops.Linear(state_T1H, parameters, $"{prefix}.answer");
        }

        return cat(answers, 1);
    }

    private Tensor Step(ParameterSet parameters, string cell, Tensor x_T1E, Tensor state_T1H) => Ops.GruCell(
        x_T1E,
        state_T1H,
        parameters[$"{prefix}.{cell}.inputWeight"],
        parameters[$"{prefix}.{cell}.hiddenWeight"],
        parameters[$"{prefix}.{cell}.inputBias"],
        parameters[$"{prefix}.{cell}.hiddenBias"]);

    private ParameterDefinition[] Cell(string cell)
    {
        var within = Initializer.Uniform(1 / Math.Sqrt(width));
        return
        [
            new($"{prefix}.{cell}.inputWeight", [3 * width, embedding], within),
            new($"{prefix}.{cell}.hiddenWeight", [3 * width, width], within),
            new($"{prefix}.{cell}.inputBias", [3 * width], within),
            new($"{prefix}.{cell}.hiddenBias", [3 * width], within),
        ];
    }
}
