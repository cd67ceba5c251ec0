using MetaTrain.Abstractions.Jobs;

namespace MetaTrain.Abstractions.Messages;

/// <summary>One range of the summed meta-gradient of a tree node.</summary>
/// <param name="Round">The training round.</param>
/// <param name="Node">The node.</param>
/// <param name="Values">The range's values; who receives them copies or fetches them.</param>
[GenerateSerializer, Immutable, Alias("NodePart")]
public sealed record NodePart([property: Id(0)] RoundId Round, [property: Id(1)] TreeNode Node, [property: Id(2)] FloatVector Values);
