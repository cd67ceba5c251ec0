using MetaTrain.Learning.Algorithms;
using TorchSharp;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tensors;

/// <summary>
/// Values for each parameter of a layout. Every tensor has a leading dimension before the parameter's own shape: 1 where all tasks of
/// a block share the value, T where each task has its own.
/// </summary>
public sealed class ParameterSet
{
    /// <summary>A set of tensors.</summary>
    /// <param name="layout">Their names and shapes.</param>
    /// <param name="tensors">One a slot, in its order.</param>
    public ParameterSet(ParameterLayout layout, IEnumerable<Tensor> tensors)
    {
        Layout = layout;
        Tensors = tensors as Tensor[] ?? [.. tensors];
        if (Tensors.Length != layout.Slots.Length)
        {
            throw new ArgumentException($"There are {Tensors.Length} tensors for {layout.Slots.Length} parameters; pass one for each.", nameof(tensors));
        }
    }

    /// <summary>Names and shapes.</summary>
    public ParameterLayout Layout { get; }

    internal Tensor[] Tensors { get; }

    /// <summary>The value of a parameter: [T or 1, shape...].</summary>
    public Tensor this[string name] => Tensors[Layout.IndexOf(name)];

    /// <summary>The shared parameters of a flat vector.</summary>
    /// <param name="layout">Names and shapes.</param>
    /// <param name="values">[P].</param>
    /// <param name="context">Type and device.</param>
    public static ParameterSet Load(ParameterLayout layout, ReadOnlySpan<float> values, ComputeContext context)
    {
        var tensors = new Tensor[layout.Slots.Length];
        for (var position = 0; position < tensors.Length; position++)
        {
            var slot = layout.Slots[position];
            long[] shape = [1, .. slot.Shape.Select(size => (long)size)];
            tensors[position] = Arrange(TensorData.FromValues(values.Slice(slot.Offset, slot.Length), shape, context.Dtype, context.Device));
        }

        return new ParameterSet(layout, tensors);
    }

    /// <summary>
    /// The order in memory that computing wants, under the same shape. Kernels [1, out, in, height, width] lie as
    /// [height, width, in, out], which is the matrix that a convolution over patches multiplies with: arranged once here,
    /// they (and by libtorch's rules their gradients and all that is computed from them) are never copied again.
    /// </summary>
    internal static Tensor Arrange(Tensor value) => value.Dimensions == 5
        ? value.permute(0, 3, 4, 2, 1).contiguous().permute(0, 4, 3, 1, 2)
        : value;

    /// <summary>Writes a set whose leading dimensions are 1 as a flat vector.</summary>
    /// <param name="destination">[P].</param>
    public void CopyTo(Span<float> destination)
    {
        if (Tensors.Length > 0 && Tensors[0].device_type != DeviceType.CPU)
        {
            // One copy, for which the device is waited for once.
            TensorData.CopyTo(Flat(), destination);
            return;
        }

        for (var position = 0; position < Tensors.Length; position++)
        {
            var slot = Layout.Slots[position];
            TensorData.CopyTo(Tensors[position], destination.Slice(slot.Offset, slot.Length));
        }
    }

    /// <summary>Gives the memory of its tensors back before their scope ends; nobody else may have them.</summary>
    internal void Free()
    {
        foreach (var tensor in Tensors)
        {
            tensor.Dispose();
        }
    }

    /// <summary>All values in one tensor where they lie: [P].</summary>
    internal Tensor Flat() => cat([.. Tensors.Select(tensor => tensor.reshape(-1))], 0);

    /// <summary>Other tensors under the same names.</summary>
    public ParameterSet With(IEnumerable<Tensor> tensors) => new(Layout, tensors);

    /// <summary>Each tensor changed.</summary>
    public ParameterSet Select(Func<Tensor, Tensor> change) => With(Array.ConvertAll(Tensors, tensor => change(tensor)));

    /// <summary>Each tensor combined with that of the same name.</summary>
    public ParameterSet Zip(ParameterSet other, Func<Tensor, Tensor, Tensor> combine)
    {
        var combined = new Tensor[Tensors.Length];
        for (var position = 0; position < combined.Length; position++)
        {
            combined[position] = combine(Tensors[position], other.Tensors[position]);
        }

        return With(combined);
    }

    /// <summary>The same values, cut off from how they came about, to be differentiated with respect to.</summary>
    public ParameterSet AsLeaves() => Select(tensor => tensor.detach().requires_grad_(true));

    /// <summary>Each tensor summed over its leading dimension: [1, shape...].</summary>
    public ParameterSet SumOverTasks() => Select(tensor => Ops.Sum(tensor, 0, keepDimension: true));

    /// <summary>The parameters of a smaller layout.</summary>
    public ParameterSet Take(ParameterLayout part) => new(part, part.Slots.Select(slot => this[slot.Name]));

    /// <summary>This set with the parameters of <paramref name="part"/> in place of its own.</summary>
    public ParameterSet Replace(ParameterSet part)
    {
        var tensors = (Tensor[])Tensors.Clone();
        for (var position = 0; position < part.Tensors.Length; position++)
        {
            tensors[Layout.IndexOf(part.Layout.Slots[position].Name)] = part.Tensors[position];
        }

        return With(tensors);
    }
}
