// K steps phi_(k+1) = phi_k - s * grad L(phi_k; support), phi_0 = theta, with s one number or one a parameter (*: element by element).
// Through the adaptation, back from lambda_K = grad L(phi_K; query):
//   lambda_k = lambda_(k+1) - H(phi_k) (s * lambda_(k+1)),  ds = -sum_k grad L(phi_k) * lambda_(k+1),
// where H is the Hessian of the support loss. H v is the tangent along v of the gradient (Pearlmutter 1994, Fast Exact Multiplication by the
// Hessian): no graph is built, and an adaptation of K steps costs K gradients and K such products.
// With a proximal term the gradient of each step has lambda (phi_k - theta) added; ImplicitGradient takes lambda_K back over all steps at once.
using System.Numerics;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.InnerLoop;

namespace MetaTrain.Learning.Fused;

/// <summary>The adaptation of one task, and its meta-gradient. Its memory is used again for the next task; one thread at a time.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed unsafe class InnerLoop<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const double AdamEpsilon = 1e-8;

    private readonly FusedNetwork<T> _network;
    private readonly InnerRule _rule;
    private readonly Weights<T>[] _fast;
    private readonly NativeBuffer<T>[] _gradients;
    private readonly NativeBuffer<T> _moments;
    private readonly NativeBuffer<T> _adjoint;
    private readonly NativeBuffer<T> _away;
    private readonly ImplicitGradient<T>? _implicit;

    /// <summary>An inner loop.</summary>
    /// <param name="network">What is adapted.</param>
    /// <param name="rule">How.</param>
    /// <param name="loss">Of both loops.</param>
    /// <param name="shape">Of the episodes.</param>
    /// <param name="traceBytes">
    /// Traces of all steps are kept up to so many bytes; beyond, each step is computed a second time on the way back, which changes no bit.
    /// </param>
    public InnerLoop(FusedNetwork<T> network, InnerRule rule, FusedLoss loss, EpisodeShape shape, long traceBytes = TaskTraces<T>.DefaultBytes)
    {
        (_network, _rule) = (network, rule);
        var isThrough = rule.Direction == MetaDirection.SecondOrder;
        _implicit = rule.Direction == MetaDirection.Implicit ? new ImplicitGradient<T>(network, rule.Proximal!) : null;
        Traces = _implicit is null
            ? new TaskTraces<T>(network, loss, rule.Loss, shape, rule.Steps, isThrough, traceBytes, MiniBatch.Of(shape, rule.Shots))
            : new TaskTraces<T>(network, loss, rule.Loss, shape, steps: 1, isThrough: true, traceBytes);
        _fast = [.. Enumerable.Range(0, isThrough ? rule.Steps : 1).Select(_ => new Weights<T>(network))];
        _gradients = [.. Enumerable.Range(0, rule.LearnsStepSizes && Traces.KeepsSteps ? rule.Steps : 1).Select(_ => new NativeBuffer<T>(network.PackedLength))];
        _moments = new NativeBuffer<T>(rule.AdamBeta2 is null ? 0 : network.PackedLength);
        _away = new NativeBuffer<T>(rule.Proximal is null ? 0 : network.PackedLength);

        // The adjoint takes the place of the gradient unless the way back needs that again.
        _adjoint = rule.LearnsStepSizes || _implicit is not null || (isThrough && !Traces.KeepsSteps) ? new NativeBuffer<T>(network.PackedLength) : _gradients[0];
    }

    /// <summary>The passes that it is made of: inputs go into them, and the answers come out of the queries'.</summary>
    public TaskTraces<T> Traces { get; }

    /// <summary>Adapts; the result is good until the next call.</summary>
    /// <param name="theta">From where.</param>
    /// <param name="stepSizes">A step size a parameter; null where they are not learned.</param>
    /// <param name="targets">The support set's.</param>
    /// <param name="steps">How many steps.</param>
    /// <param name="visit">Told the number of steps done and the weights, before each step and after the last.</param>
    public void Adapt(Weights<T> theta, T* stepSizes, ReadOnlySpan<T> targets, int steps, Action<int, Weights<T>> visit)
    {
        var phi = theta;
        _moments.Span.Clear();
        visit(0, phi);
        for (var step = 0; step < steps; step++)
        {
            phi = Step(theta, phi, stepSizes, targets, step);
            visit(step + 1, phi);
        }
    }

    /// <summary>One task: adapts to its support set, answers its queries, and adds to the meta-gradient.</summary>
    /// <param name="theta">The initial parameters.</param>
    /// <param name="stepSizes">A step size a parameter; null where they are not learned.</param>
    /// <param name="supportTargets">[S, O].</param>
    /// <param name="queryTargets">[Q, O].</param>
    /// <param name="sum">Packed meta-gradient of theta; added to.</param>
    /// <param name="stepSum">That of the step sizes; added to.</param>
    /// <param name="supportFeatures">The gradient of the support inputs, where they are features; written. Null otherwise.</param>
    /// <returns>The query loss.</returns>
    public double Train(
        Weights<T> theta, T* stepSizes, ReadOnlySpan<T> supportTargets, ReadOnlySpan<T> queryTargets, T* sum, T* stepSum, NativeBuffer<T>? supportFeatures = null)
    {
        var phi = theta;
        _moments.Span.Clear();
        supportFeatures?.Span.Clear();
        for (var step = 0; step < _rule.Steps; step++)
        {
            phi = Step(theta, phi, stepSizes, supportTargets, step);
        }

        var loss = Traces.AnswerQueries(phi, queryTargets);
        var length = _network.PackedLength;
        if (_rule.Direction == MetaDirection.TowardsAdapted)
        {
            VectorKernel<T>.Add(sum, T.One, theta.Values, sum, length);
            VectorKernel<T>.Add(sum, -T.One, phi.Values, sum, length);
            return loss;
        }

        _adjoint.Span.Clear();
        Traces.Query.Backward(phi, _adjoint.Values);
        for (var step = _rule.Steps - 1; step >= 0 && _rule.Direction == MetaDirection.SecondOrder; step--)
        {
            Back(step == 0 ? theta : _fast[step - 1], stepSizes, supportTargets, step, stepSum, supportFeatures);
        }

        if (_implicit is not null)
        {
            Traces.Descend(phi, supportTargets, step: 0, GradientOf(0));
            _implicit.Solve(_adjoint.Values, Traces, phi);
        }

        VectorKernel<T>.Add(sum, T.One, _adjoint.Values, sum, length);
        return loss;
    }

    private NativeBuffer<T> GradientOf(int step) => _gradients[Math.Min(step, _gradients.Length - 1)];

    private Weights<T> Step(Weights<T> theta, Weights<T> phi, T* stepSizes, ReadOnlySpan<T> targets, int step)
    {
        Traces.Descend(phi, targets, step, GradientOf(step));
        var next = _fast[Math.Min(step, _fast.Length - 1)];
        T* gradient = GradientOf(step).Values;
        var length = _network.PackedLength;
        if (_rule.Proximal is { } proximal)
        {
            VectorKernel<T>.Add(phi.Values, -T.One, theta.Values, _away.Values, length);
            VectorKernel<T>.Add(gradient, T.CreateChecked(proximal.Strength), _away.Values, gradient, length);
        }

        if (stepSizes != null)
        {
            VectorKernel<T>.AddProduct(phi.Values, -T.One, stepSizes, gradient, next.Values, length);
        }
        else if (_rule.AdamBeta2 is { } beta2)
        {
            var correction = 1 / (1 - PortableMath.Power(beta2, step + 1));
            VectorKernel<T>.AdamStep(
                phi.Values,
                gradient,
                _moments.Values,
                next.Values,
                (T.CreateChecked(beta2), T.CreateChecked(correction), T.CreateChecked(_rule.LearningRate), T.CreateChecked(AdamEpsilon)),
                length);
        }
        else
        {
            VectorKernel<T>.Add(phi.Values, T.CreateChecked(-_rule.LearningRate), gradient, next.Values, length);
        }

        next.Changed();
        return next;
    }

    /// <summary>Takes the adjoint back over one step.</summary>
    private void Back(Weights<T> phi, T* stepSizes, ReadOnlySpan<T> targets, int step, T* stepSum, NativeBuffer<T>? supportFeatures)
    {
        // Nothing needs the weights after this step any more.
        var (length, direction) = (_network.PackedLength, _fast[step]);
        if (!Traces.KeepsSteps)
        {
            Traces.Descend(phi, targets, step, GradientOf(step));
        }

        if (stepSizes != null)
        {
            VectorKernel<T>.AddProduct(stepSum, -T.One, GradientOf(step).Values, _adjoint.Values, stepSum, length);
            VectorKernel<T>.Product(-T.One, stepSizes, _adjoint.Values, direction.Values, length);
        }
        else
        {
            VectorKernel<T>.Scale(T.CreateChecked(-_rule.LearningRate), _adjoint.Values, direction.Values, length);
        }

        direction.Changed();
        Traces.AddHessianProduct(phi, direction, step, _adjoint.Values);
        if (supportFeatures is not null)
        {
            VectorKernel<T>.Add(
                supportFeatures.Values, T.One, Traces.Support(step).Input.GradientTangent, supportFeatures.Values, checked((int)supportFeatures.Length));
        }
    }
}
