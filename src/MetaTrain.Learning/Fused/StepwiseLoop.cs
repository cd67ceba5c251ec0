// InnerLoop where steps may have values of their own: a step size a_k for each layer, a row r_k of scales and shifts for each normalisation.
//   phi_0 = theta with r_0;  phi_(k+1) = phi_k - a_k grad L(phi_k; support), of normalisations r_(k+1) where they are not adapted, and with
//   r_(k+1) - r_k added where they are.
// The meta-loss is sum_k w_k L(phi_k; query), k = 1 .. K. Back from lambda_K = w_K grad L(phi_K; query):
//   da_k = -grad L(phi_k; support) . lambda_(k+1),  lambda_k = lambda_(k+1) - H(phi_k) (a_k lambda_(k+1)) + w_k grad L(phi_k; query),
// the product with H in second order alone. Of a normalisation that is not adapted lambda_(k+1) goes to r_(k+1) and no further back; of one that
// is, it goes to r_(k+1) and with the opposite sign to r_k, too.
// What lives when: the query passes before the last come on the way back, each before the step that led to its phi is gone back over. phi lies
// in _fast until then, as that step's direction takes its place; and the memory between the layers, which the query pass lends the tangents, is
// free between two of those.
using System.Numerics;
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Fused;

/// <summary>The adaptation of one task by MAML++, and its meta-gradient. Its memory is used again for the next task; one thread at a time.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed unsafe class StepwiseLoop<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly FusedNetwork<T> _network;
    private readonly StepwiseRule _rule;
    private readonly EpisodeShape _shape;
    private readonly Weights<T>[] _fast;
    private readonly NativeBuffer<T>[] _gradients;
    private readonly NativeBuffer<T> _adjoint;

    /// <summary>An inner loop.</summary>
    /// <param name="network">What is adapted.</param>
    /// <param name="rule">How.</param>
    /// <param name="loss">Of both loops.</param>
    /// <param name="shape">Of the episodes.</param>
    /// <param name="trains">False for a loop that only adapts.</param>
    /// <param name="traceBytes">
    /// Traces of all steps are kept up to so many bytes; beyond, each step is computed a second time on the way back, which changes no bit.
    /// </param>
    public StepwiseLoop(
        FusedNetwork<T> network, StepwiseRule rule, FusedLoss loss, EpisodeShape shape, bool trains, long traceBytes = TaskTraces<T>.DefaultBytes)
    {
        (_network, _rule, _shape) = (network, rule, shape);
        var isThrough = trains && rule.IsEverThrough;
        Traces = new TaskTraces<T>(network, loss, rule.Loss, shape, rule.Steps, isThrough, traceBytes);
        _fast = [.. Enumerable.Range(0, trains ? rule.Steps : 1).Select(_ => new Weights<T>(network))];
        _gradients = [.. Enumerable.Range(0, trains && rule.StepSizeEntries > 0 ? rule.Steps : 1).Select(_ => new NativeBuffer<T>(network.PackedLength))];
        _adjoint = new NativeBuffer<T>(trains ? network.PackedLength : 0);
    }

    /// <summary>The passes that it is made of: inputs go into them, and the answers come out of the queries'.</summary>
    public TaskTraces<T> Traces { get; }

    /// <summary>Adapts; the result is good until the next call.</summary>
    /// <param name="values">From where, and with what.</param>
    /// <param name="targets">The support set's.</param>
    /// <param name="steps">How many steps.</param>
    /// <param name="visit">Told the number of steps done and the weights, before each step and after the last.</param>
    public void Adapt(StepwiseValues<T> values, ReadOnlySpan<T> targets, int steps, Action<int, Weights<T>> visit)
    {
        var phi = values.Theta;
        visit(0, phi);
        for (var step = 0; step < steps; step++)
        {
            phi = Step(phi, values, targets, step);
            visit(step + 1, phi);
        }
    }

    /// <summary>One task: adapts to its support set, answers its queries, and adds to the meta-gradient.</summary>
    /// <param name="values">What is learned, and the sums.</param>
    /// <param name="pass">What the iteration computes.</param>
    /// <param name="supportTargets">[S, O].</param>
    /// <param name="queryTargets">[Q, O].</param>
    /// <param name="predictions">[Q, O]: the answers after the last step; written.</param>
    /// <returns>The query loss after the last step.</returns>
    public double Train(
        StepwiseValues<T> values, StepwisePass pass, ReadOnlySpan<T> supportTargets, ReadOnlySpan<T> queryTargets, Span<T> predictions)
    {
        var phi = values.Theta;
        for (var step = 0; step < _rule.Steps; step++)
        {
            phi = Step(phi, values, supportTargets, step);
        }

        _adjoint.Span.Clear();
        var loss = AddQueryGradient(phi, pass.LossWeights[^1], queryTargets);
        Rows.Copy(Traces.Query.Output, _shape.Outputs, predictions);
        for (var step = _rule.Steps - 1; step >= 0; step--)
        {
            if (step < _rule.Steps - 1 && pass.LossWeights[step] != 0)
            {
                AddQueryGradient(_fast[step], pass.LossWeights[step], queryTargets);
            }

            Back(step == 0 ? values.Theta : _fast[step - 1], values, pass.IsThrough, supportTargets, step);
        }

        VectorKernel<T>.Add(values.Sum(0), T.One, _adjoint.Values, values.Sum(0), _network.PackedLength);
        return loss;
    }

    private NativeBuffer<T> GradientOf(int step) => _gradients[Math.Min(step, _gradients.Length - 1)];

    /// <summary>Adds the weighted gradient of the query loss to the adjoint.</summary>
    private double AddQueryGradient(Weights<T> phi, double weight, ReadOnlySpan<T> targets)
    {
        var loss = Traces.AnswerQueries(phi, targets);
        if (weight != 1)
        {
            VectorKernel<T>.Scale(T.CreateChecked(weight), Traces.Query.Output.Gradient, Traces.Query.Output.Gradient, checked((int)Traces.Query.Output.Length));
        }

        Traces.Query.Backward(phi, _adjoint.Values);
        return loss;
    }

    private Weights<T> Step(Weights<T> phi, StepwiseValues<T> values, ReadOnlySpan<T> targets, int step)
    {
        Traces.Descend(phi, targets, step, GradientOf(step));
        var next = _fast[Math.Min(step, _fast.Length - 1)];
        for (var at = 0; at < _network.Ranges.Count; at++)
        {
            var range = _network.Ranges[at];
            var (offset, length, hasRows) = (range.Offset, range.Length, range.IsNorm && _rule.HasNormRows);
            if (!_rule.Adapts(range))
            {
                T* from = hasRows ? values.Row(step + 1) : phi.Values;
                new ReadOnlySpan<T>(from + offset, length).CopyTo(new Span<T>(next.Values + offset, length));
                continue;
            }

            VectorKernel<T>.Add(
                phi.Values + offset, T.CreateChecked(-values.StepSize(at, step)), GradientOf(step).Values + offset, next.Values + offset, length);
            if (hasRows)
            {
                VectorKernel<T>.Add(next.Values + offset, T.One, values.Row(step + 1) + offset, next.Values + offset, length);
                VectorKernel<T>.Add(next.Values + offset, -T.One, values.Row(step) + offset, next.Values + offset, length);
            }
        }

        next.Changed();
        return next;
    }

    /// <summary>Takes the adjoint back over one step.</summary>
    private void Back(Weights<T> phi, StepwiseValues<T> values, bool isThrough, ReadOnlySpan<T> targets, int step)
    {
        // Nothing needs the weights after this step any more.
        var direction = _fast[step];
        if (isThrough && !Traces.KeepsSteps)
        {
            Traces.Descend(phi, targets, step, GradientOf(step));
        }

        for (var at = 0; at < _network.Ranges.Count; at++)
        {
            BackOver(at, values, step, direction);
        }

        if (!isThrough)
        {
            return;
        }

        direction.Changed();
        Traces.AddHessianProduct(phi, direction, step, _adjoint.Values);
    }

    /// <summary>What the adjoint after a step gives to a layer's own values of the step, and the direction that it makes.</summary>
    private void BackOver(int at, StepwiseValues<T> values, int step, Weights<T> direction)
    {
        var range = _network.Ranges[at];
        var (offset, length, hasRows) = (range.Offset, range.Length, range.IsNorm && _rule.HasNormRows);
        T* adjoint = _adjoint.Values + offset;
        if (hasRows)
        {
            VectorKernel<T>.Add(values.Sum(step + 1) + offset, T.One, adjoint, values.Sum(step + 1) + offset, length);
        }

        if (!_rule.Adapts(range))
        {
            new Span<T>(direction.Values + offset, length).Clear();
            if (hasRows)
            {
                new Span<T>(adjoint, length).Clear();
            }

            return;
        }

        if (hasRows)
        {
            VectorKernel<T>.Add(values.Sum(step) + offset, -T.One, adjoint, values.Sum(step) + offset, length);
        }

        if (_rule.StepSizeEntries > 0)
        {
            values.AddToStepSum(at, step, -VectorKernel<T>.Dot(GradientOf(step).Values + offset, adjoint, length));
        }

        VectorKernel<T>.Scale(T.CreateChecked(-values.StepSize(at, step)), adjoint, direction.Values + offset, length);
    }
}
