using System.Numerics;
using System.Runtime.InteropServices;
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.MetaOptimizers;

// Adam:  g <- g + weightDecay * p            AdamW:  p <- p * (1 - rate * weightDecay)
// m <- m + (1 - beta1) * (g - m)
// v <- beta2 * v + (1 - beta2) * g * g
// p <- p - rate / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon),  t = iteration + 1

/// <summary>
/// Adam (Kingma and Ba 2015, algorithm 1) and, when its options are <see cref="AdamWOptions"/>, AdamW (Loshchilov and Hutter 2019,
/// algorithm 2, with the decay scaled by the learning rate). Epsilon is added after the bias correction, as PyTorch does.
/// </summary>
/// <param name="options">Its options.</param>
/// <param name="parameterCount">How many parameters it steps.</param>
public sealed class Adam(AdamOptions options, int parameterCount)
    : MetaOptimizer<AdamOptions>(options, parameterCount, FirstMomentName, SecondMomentName)
{
    /// <summary>The name of the state vector that holds the running mean of gradients.</summary>
    public const string FirstMomentName = "firstMoment";

    /// <summary>The name of the state vector that holds the running mean of squared gradients.</summary>
    public const string SecondMomentName = "secondMoment";

    /// <inheritdoc/>
    protected override void Update(Span<float> parameters, ReadOnlySpan<float> gradient, long iteration, double learningRate)
    {
        var decoupled = Options is AdamWOptions;
        var shrink = decoupled ? (float)(1 - (learningRate * Options.WeightDecay)) : 1;
        var decay = decoupled ? 0 : (float)Options.WeightDecay;
        var rise1 = (float)(1 - Options.Beta1);
        var (beta2, rise2) = ((float)Options.Beta2, (float)(1 - Options.Beta2));
        var rate = (float)(learningRate / (1 - PortableMath.Power(Options.Beta1, iteration + 1)));
        var root = (float)Math.Sqrt(1 - PortableMath.Power(Options.Beta2, iteration + 1));
        var epsilon = (float)Options.Epsilon;
        var first = State[FirstMomentName].AsSpan();
        var second = State[SecondMomentName].AsSpan();

        var p = MemoryMarshal.Cast<float, Vector<float>>(parameters);
        var g = MemoryMarshal.Cast<float, Vector<float>>(gradient);
        var m = MemoryMarshal.Cast<float, Vector<float>>(first);
        var v = MemoryMarshal.Cast<float, Vector<float>>(second);
        var (roots, epsilons) = (new Vector<float>(root), new Vector<float>(epsilon));
        for (var i = 0; i < p.Length; i++)
        {
            var kept = p[i] * shrink;
            var step = g[i] + (decay * kept);
            m[i] += rise1 * (step - m[i]);
            v[i] = (beta2 * v[i]) + (rise2 * step * step);
            p[i] = kept - (rate * m[i] / ((Vector.SquareRoot(v[i]) / roots) + epsilons));
        }

        for (var i = p.Length * Vector<float>.Count; i < parameters.Length; i++)
        {
            var kept = parameters[i] * shrink;
            var step = gradient[i] + (decay * kept);
            first[i] += rise1 * (step - first[i]);
            second[i] = (beta2 * second[i]) + (rise2 * step * step);
            parameters[i] = kept - (rate * first[i] / ((MathF.Sqrt(second[i]) / root) + epsilon));
        }
    }
}
