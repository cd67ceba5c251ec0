using System.Text.Json;
using MetaTrain.Learning.Options;

namespace MetaTrain.Learning.MetaOptimizers;

/// <summary>The meta-optimizers by name: the section <c>meta</c> of a spec.</summary>
public static class MetaOptimizerRegistry
{
    /// <summary>All of them; the context is the number of parameters.</summary>
    public static Registry<int, IMetaOptimizer> All { get; } =
        new Registry<int, IMetaOptimizer>("meta", discriminator: "optimizer", defaultKind: "adam")
            .Add<AdamOptions>("adam", "Adam, as PyTorch computes it.", (options, count) => new Adam(options, count))
            .Add<AdamWOptions>("adamw", "Adam with decoupled weight decay.", (options, count) => new Adam(options, count))
            .Add<SgdOptions>("sgd", "Stochastic gradient descent with momentum.", (options, count) => new Sgd(options, count));

    /// <summary>Makes the meta-optimizer that a section <c>meta</c> asks for.</summary>
    /// <param name="meta">The section's JSON.</param>
    /// <param name="parameterCount">How many parameters it steps.</param>
    /// <exception cref="OptionsException">The section is not valid.</exception>
    public static IMetaOptimizer Create(JsonElement meta, int parameterCount) => All.Read(meta).Create(parameterCount);
}
