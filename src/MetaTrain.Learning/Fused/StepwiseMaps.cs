using System.Numerics;
using MetaTrain.Learning.Experiments;
using MetaTrain.Learning.InnerLoop;
using MetaTrain.Learning.Tensors;

namespace MetaTrain.Learning.Fused;

/// <summary>Where in a flat vector the values lie that an inner loop needs of which some are its steps' own.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class StepwiseMaps<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The maps of a network.</summary>
    public StepwiseMaps(FusedNetwork<T> network, StepwiseRule rule, ParameterLayout layout)
    {
        (Network, Rule) = (network, rule);
        var norms = network.Ranges.Where(range => range.IsNorm && rule.HasNormRows).Select(range => range.Name).ToHashSet();
        Rows = [.. Enumerable.Range(0, norms.Count == 0 ? 1 : rule.Steps + 1).Select(row => network.MapTo(name =>
            norms.Contains(name[..name.LastIndexOf('.')]) ? RowOf(name, row) : row == 0 ? (int?)Slot(name).Offset : null))];
        StepScales = [.. network.Ranges.Select(range =>
            rule.StepSizeEntries > 0 && rule.Adapts(range) ? Slot(StepwiseParameters.StepScalePrefix + range.Name).Offset : -1)];

        ParameterSlot Slot(string name) => layout.Slots[layout.IndexOf(name)];

        int RowOf(string name, int row)
        {
            var slot = Slot(StepwiseParameters.RowPrefix + name);
            return slot.Offset + (row * (slot.Length / (rule.Steps + 1)));
        }
    }

    /// <summary>Whose parameters.</summary>
    public FusedNetwork<T> Network { get; }

    /// <summary>How they are adapted.</summary>
    public StepwiseRule Rule { get; }

    /// <summary>Packed to flat: all parameters with the first row of each normalisation, then the further rows alone.</summary>
    public int[][] Rows { get; }

    /// <summary>Where the step sizes of each of the network's ranges begin, in multiples of the rule's; -1 for a range that has none.</summary>
    public int[] StepScales { get; }
}
