using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Options;

namespace MetaTrain.Learning.Algorithms;

/// <summary>The methods by name: the section <c>algorithm</c> of a spec.</summary>
public static class AlgorithmRegistry
{
    /// <summary>All of them.</summary>
    public static Registry<AlgorithmContext, IMetaAlgorithm> All { get; } = new Registry<AlgorithmContext, IMetaAlgorithm>("algorithm")
        .Add<MamlOptions>("maml", "MAML, second or first order (FOMAML).", (options, context) => new Maml(context.Model, context.Loss, options))
        .Add<MamlPlusPlusOptions>("maml-plus-plus", "MAML++: MAML made steadier, part by part.", (options, context) => new MamlPlusPlus(context.Model, context.Loss, options))
        .Add<ImplicitMamlOptions>("imaml", "Implicit MAML: MAML with a proximal term, differentiated at its end and not through its steps.", (options, context) => new ImplicitMaml(context.Model, context.Loss, options))
        .Add<AnilOptions>("anil", "ANIL: MAML that adapts the head alone.", (options, context) => new Anil(context.Model, context.Loss, options))
        .Add<ReptileOptions>("reptile", "Reptile: moves towards adapted parameters.", (options, context) => new Reptile(context.Model, context.Loss, context.Shape, options))
        .Add<MetaSgdOptions>("meta-sgd", "Meta-SGD: MAML with learned step sizes.", (options, context) => new MetaSgd(context.Model, context.Loss, options))
        .Add<ProtoNetOptions>("proto-net", "Prototypical networks.", (_, context) => new ProtoNet(RequireClasses("proto-net", context).Model, context.Loss), "protonet")
        .Add<GnnOptions>("gnn", "Few-shot graph neural network with several edge heads.", (options, context) => new Gnn(RequireClasses("gnn", context).Model, context.Loss, context.Shape, options), "am-gnn")
        .Add<MetaNetOptions>("meta-net", "Meta networks: fast weights from loss gradients.", (options, context) => new MetaNet(RequireClasses("meta-net", context).Model, context.Loss, context.Shape, options), "metanet")
        .Add<MatchingNetOptions>("matching-net", "Matching networks.", (options, context) => new MatchingNet(RequireClasses("matching-net", context).Model, context.Loss, options))
        .Add<RelationNetOptions>("relation-net", "Relation networks.", (options, context) => new RelationNet(RequireClasses("relation-net", context).Model, options))
        .Add<HsmlOptions>("hsml", "HSML: MAML from a start that is gated by what kind of task it is.", (options, context) => new Hsml(context.Model, context.Loss, context.Shape, options))
        .Add<ProtoTransferOptions>("proto-transfer", "ProtoTransfer: prototypes learned without labels, fine-tuned when answering.", (options, context) => new ProtoTransfer(RequireClasses("proto-transfer", context).Model, context.Loss, options))
        .Add<LstmOptimizerOptions>("lstm-optimizer", "A learned optimizer: an LSTM that takes the inner steps.", (options, context) => new LstmOptimizer(context.Model, context.Loss, options))
        .Add<GaussianProtoOptions>("gaussian-proto", "Gaussian prototypical networks.", (options, context) =>
            new GaussianProto(RequireDescriptions(options.Descriptions, RequireClasses("gaussian-proto", context)).Model, context.Loss, options));

    private static AlgorithmContext RequireClasses(string kind, AlgorithmContext context) => context.Shape.IsRegression
        ? throw new OptionsException("algorithm.kind", $"algorithm.kind is \"{kind}\", which tells classes apart, but the data is regression: use a method of gradient steps: maml, maml-plus-plus, imaml, anil, meta-sgd, reptile, hsml or lstm-optimizer.")
        : context;

    private static AlgorithmContext RequireDescriptions(int asked, AlgorithmContext context) => (asked, context.Shape.Descriptions) switch
    {
        (0, _) => context,
        (_, 0) => throw new OptionsException(
            "algorithm.descriptions", $"algorithm.descriptions is {asked}, but the data describes no classes: take images that were imported with --descriptions, with labels and without rotate-classes, or a task source that describes them; or leave it out."),
        var (_, told) when told != asked => throw new OptionsException(
            "algorithm.descriptions", $"algorithm.descriptions is {asked}, but the data describes a class by {told} values: take {told}."),
        _ => context,
    };
}

/// <summary>What a method needs beside its options.</summary>
/// <param name="Model">What it trains.</param>
/// <param name="Loss">What the model is judged by.</param>
/// <param name="Shape">The training episodes.</param>
public sealed record AlgorithmContext(ISplitModel Model, ExampleLoss Loss, EpisodeShape Shape);
