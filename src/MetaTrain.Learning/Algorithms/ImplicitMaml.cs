// Implicit MAML: phi = argmin L(phi; support) + lambda / 2 |phi - theta|^2, approached by K gradient steps from theta. Where phi is that
// minimum, d phi / d theta = (I + H / lambda)^-1 with H the Hessian of the support loss at phi, so that the meta-gradient of a task is
//   g = (I + H / lambda)^-1 grad L(phi; query),
// solved for by conjugate gradients. Nothing is differentiated through the K steps, and none of them is kept.
// Rajeswaran, Finn, Kakade, Levine: Meta-Learning with Implicit Gradients, NeurIPS 2019, arXiv:1909.04630.
// Legend: T tasks, P values of all parameters.
using System.Collections.Immutable;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Fused;
using MetaTrain.Learning.InnerLoop;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Algorithms;

/// <summary>Implicit MAML (arXiv:1909.04630).</summary>
/// <param name="model">The model whose initial parameters are learned.</param>
/// <param name="loss">The loss of both loops; it must have a second derivative.</param>
/// <param name="options">Null takes the defaults.</param>
public sealed class ImplicitMaml(IModel model, ExampleLoss loss, ImplicitMamlOptions? options = null) : IMetaAlgorithm, IFusible
{
    private readonly ImplicitMamlOptions _options = options ?? new ImplicitMamlOptions();
    private readonly Optimizee _rows = new(model, loss);

    /// <inheritdoc/>
    public ImmutableArray<ParameterDefinition> Parameters => model.Parameters;

    /// <inheritdoc/>
    public ExampleLoss Loss { get; } = loss;

    /// <inheritdoc/>
    public int InnerSteps => _options.InnerSteps;

    /// <inheritdoc/>
    public IMetaAlgorithm Briefly => InnerSteps <= 2 ? this : new ImplicitMaml(model, Loss, _options with { InnerSteps = 2 });

    /// <inheritdoc/>
    public MetaGradient Compute(ComputeContext context, ParameterSet parameters, TaskBatch tasks)
    {
        var phi = Approach(parameters, tasks.Support, InnerSteps).AsLeaves();
        var predictions = model.Forward(phi, tasks.Query.Inputs);
        var losses_T = TaskLoss.Of(Loss, predictions, tasks.Query);
        var ofQueries = Gradients.Of(Ops.Sum(losses_T), phi, createGraph: false);
        return new MetaGradient(Solve(phi, ofQueries, tasks.Support).SumOverTasks(), losses_T, predictions);
    }

    /// <inheritdoc/>
    IBlockProgram<T>? IFusible.Fuse<T>(EpisodeShape shape, ParameterLayout layout, ComputeContext context) => Fusion.Adaptation<T>(
        model,
        Loss,
        new InnerRule
        {
            Steps = InnerSteps,
            LearningRate = _options.InnerLearningRate,
            Loss = _options.InnerLoss,
            Direction = _options.ConjugateGradientSteps == 0 ? MetaDirection.FirstOrder : MetaDirection.Implicit,
            Proximal = new ProximalRule(_options.Regularization, _options.ConjugateGradientSteps, _options.Damping),
        },
        shape,
        layout);

    /// <inheritdoc/>
    public IPredictor Adapt(AdaptContext context, ParameterSet parameters, Examples support) =>
        new ModelPredictor(model, Approach(parameters, support, context.InnerSteps ?? InnerSteps), support.Inputs, context.Transductive);

    private ParameterSet Approach(ParameterSet theta, Examples support, int steps) => GradientSteps.Detached(
        theta, support.Tasks, steps, SupportLosses(support), GradientSteps.DescendNear(theta, _options.InnerLearningRate, _options.Regularization));

    /// <summary>The query gradients, each [T, shape...], through the inverse of each task's own matrix.</summary>
    private ParameterSet Solve(ParameterSet phi, ParameterSet gradients, Examples support)
    {
        if (_options.ConjugateGradientSteps == 0)
        {
            return gradients;
        }

        using var scope = NewDisposeScope();
        var slope = Gradients.Of(Ops.Sum(SupportLosses(support)(phi)), phi, createGraph: true);

        // The field whose derivative along v is (I + H / (lambda + damping)) v. That it holds phi itself makes it depend on every parameter,
        // also on those that the loss is linear in.
        var field = phi.Zip(slope, (value, gradient) => Ops.Add(value, gradient, 1 / (_options.Regularization + _options.Damping)));
        var solved_TP = ConjugateGradient.Solve(Product, Optimizee.Join(gradients), _options.ConjugateGradientSteps);
        return _rows.Split(solved_TP).Select(tensor => tensor.MoveToOuterDisposeScope());

        Tensor Product(Tensor v_TP)
        {
            // H is symmetric: what multiplies the field from the left multiplies its derivative, too.
            var along = field.Zip(_rows.Split(v_TP), (part, direction) => Ops.Sum(Ops.Multiply(part, direction)));
            return Optimizee.Join(Gradients.Of(along.Tensors.Aggregate(Ops.Add), phi, createGraph: false, keepGraph: true));
        }
    }

    private Func<ParameterSet, Tensor> SupportLosses(Examples support) => TaskLoss.Of(Loss, model, support, _options.InnerLoss);
}
