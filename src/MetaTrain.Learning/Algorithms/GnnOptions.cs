using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace MetaTrain.Learning.Algorithms;

/// <summary>What the batch normalisations of <see cref="Gnn"/> take their statistics over.</summary>
public enum GraphStatistics
{
    /// <summary>Each graph, which is one query with the support set: queries never see each other.</summary>
    Graph,

    /// <summary>All graphs of a task, which mixes its queries.</summary>
    Task,
}

/// <summary>The options of <see cref="Gnn"/>.</summary>
[Description("Few-shot graph neural network (Garcia and Bruna 2018), with several edge heads and a gate over them; heads: 1 is the paper's.")]
public sealed record GnnOptions : IValidatableObject
{
    private const int DefaultWidth = 48;

    /// <summary>Edge heads of a block.</summary>
    [Description("Edge heads of a block, each with weights of its own for the edges; 1 as in the paper.")]
    [Range(1, 64)]
    public int Heads { get; init; } = 2;

    /// <summary>Whether each node weighs the heads by a learned gate.</summary>
    [Description("Each node weighs its heads by a learned softmax gate; with one head there is nothing to weigh.")]
    public bool Gate { get; init; } = true;

    /// <summary>Graph blocks.</summary>
    [Description("Graph blocks, of which the last gives the logits.")]
    [Range(1, 16)]
    public int Blocks { get; init; } = 3;

    /// <summary>Features that a block adds to every node.</summary>
    [Description("Features that every block but the last adds to a node.")]
    [Range(1, 4096)]
    public int Width { get; init; } = DefaultWidth;

    /// <summary>The width of the edge network.</summary>
    [Description("The width of the edge network: its layers have 2, 2, 1 and 1 times as many units.")]
    [Range(1, 4096)]
    public int EdgeWidth { get; init; } = 96;

    /// <summary>graph or task.</summary>
    [Description("Batch statistics of each graph (one query with the support set) or of all graphs of a task, where queries see each other.")]
    public GraphStatistics Statistics { get; init; } = GraphStatistics.Graph;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => Blocks == 1 && Width != DefaultWidth
        ? [new ValidationResult($"is {Width}, but blocks is 1, and the last block adds nothing: take more blocks, or leave width out.", [nameof(Width)])]
        : [];
}
