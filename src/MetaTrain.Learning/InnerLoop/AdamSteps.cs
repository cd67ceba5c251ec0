// Adam: m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2, x -= a (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon).
// Kingma, Ba: Adam: A Method for Stochastic Optimization, ICLR 2015, arXiv:1412.6980, algorithm 1.
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Tensors;
using TorchSharp;

namespace MetaTrain.Learning.InnerLoop;

/// <summary>Adam as an inner update that is not differentiated through: its moments start anew with each instance.</summary>
/// <param name="learningRate">a.</param>
/// <param name="beta1">b1; 0 takes the gradient itself, as Reptile does.</param>
/// <param name="beta2">b2.</param>
internal sealed class AdamSteps(double learningRate, double beta1 = 0.9, double beta2 = 0.999)
{
    private const double Epsilon = 1e-8;

    private ParameterSet? _first;
    private ParameterSet? _second;

    /// <summary>One step, to be used as an <see cref="InnerUpdate"/> of <see cref="GradientSteps"/> without a graph.</summary>
    public ParameterSet Next(ParameterSet parameters, ParameterSet gradients, int step)
    {
        _first = beta1 == 0 ? gradients : Decay(_first, gradients, beta1);
        _second = Decay(_second, gradients.Select(Ops.Square), beta2);
        var rate = learningRate / (1 - PortableMath.Power(beta1, step + 1));
        var correction = 1 / (1 - PortableMath.Power(beta2, step + 1));
        var directions = _first.Zip(_second, (first, second) => Ops.Divide(first, Ops.Add(Ops.Scale(second, correction).sqrt(), Epsilon)));
        return parameters.Zip(directions, (parameter, direction) => Ops.Add(parameter, direction, -rate));
    }

    // Moments outlive the step, and with it the scope that its tensors are freed by.
    private static ParameterSet Decay(ParameterSet? old, ParameterSet fresh, double beta)
    {
        var added = fresh.Select(value => Ops.Scale(value, 1 - beta));
        var moments = (old is null ? added : added.Zip(old, (value, kept) => Ops.Add(value, kept, beta))).Select(moment => moment.MoveToOuterDisposeScope());
        old?.Free();
        return moments;
    }
}
