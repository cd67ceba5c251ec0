using System.Numerics;
using System.Runtime.InteropServices;

namespace MetaTrain.Learning.MetaOptimizers;

// g <- g + weightDecay * p
// m <- momentum * m + g
// p <- p - rate * (nesterov ? g + momentum * m : m)

/// <summary>Stochastic gradient descent with momentum (Polyak 1964; Nesterov 1983 in the form of Sutskever et al. 2013).</summary>
/// <param name="options">Its options.</param>
/// <param name="parameterCount">How many parameters it steps.</param>
public sealed class Sgd(SgdOptions options, int parameterCount)
    : MetaOptimizer<SgdOptions>(options, parameterCount, options.Momentum > 0 ? [MomentumName] : [])
{
    /// <summary>The name of its state vector, which is there when the momentum is not 0.</summary>
    public const string MomentumName = "momentum";

    /// <inheritdoc/>
    protected override void Update(Span<float> parameters, ReadOnlySpan<float> gradient, long iteration, double learningRate)
    {
        var (rate, decay, momentum) = ((float)learningRate, (float)Options.WeightDecay, (float)Options.Momentum);
        var velocity = State.TryGetValue(MomentumName, out var stored) ? stored.AsSpan() : default;
        var p = MemoryMarshal.Cast<float, Vector<float>>(parameters);
        var g = MemoryMarshal.Cast<float, Vector<float>>(gradient);
        var m = MemoryMarshal.Cast<float, Vector<float>>(velocity);
        for (var i = 0; i < p.Length; i++)
        {
            var step = g[i] + (decay * p[i]);
            if (momentum > 0)
            {
                m[i] = (momentum * m[i]) + step;
                step = Options.Nesterov ? step + (momentum * m[i]) : m[i];
            }

            p[i] -= rate * step;
        }

        for (var i = p.Length * Vector<float>.Count; i < parameters.Length; i++)
        {
            var step = gradient[i] + (decay * parameters[i]);
            if (momentum > 0)
            {
                velocity[i] = (momentum * velocity[i]) + step;
                step = Options.Nesterov ? step + (momentum * velocity[i]) : velocity[i];
            }

            parameters[i] -= rate * step;
        }
    }
}
