using System.Collections.Immutable;
using MetaTrain.Learning.Tensors;

namespace MetaTrain.Learning.Models;

/// <summary>A parameter that a model or an algorithm declares.</summary>
/// <param name="Name">Its name, as PyTorch would name it: <c>layer1.weight</c>.</param>
/// <param name="Shape">Its shape, as PyTorch lays it out: a fully connected weight is [out, in], a kernel [out, in, height, width].</param>
/// <param name="Initial">Its initial values.</param>
public sealed record ParameterDefinition(string Name, ImmutableArray<int> Shape, Initializer Initial)
{
    /// <summary>Fills a flat vector with the initial values of its parameters: a pure function of the seed.</summary>
    /// <param name="definitions">One for each parameter of the layout.</param>
    /// <param name="layout">Where they lie.</param>
    /// <param name="seed">Every value is derived from it.</param>
    /// <param name="values">[P].</param>
    internal static void Fill(IEnumerable<ParameterDefinition> definitions, ParameterLayout layout, ulong seed, Span<float> values)
    {
        var byName = definitions.ToDictionary(parameter => parameter.Name, StringComparer.Ordinal);
        for (var position = 0; position < layout.Slots.Length; position++)
        {
            var slot = layout.Slots[position];
            byName[slot.Name].Initial.Fill(values.Slice(slot.Offset, slot.Length), seed, position);
        }
    }

    /// <summary>A fully connected layer's weight and bias, uniform within 1 / sqrt(inputs), as PyTorch does by default.</summary>
    /// <param name="name">The layer's name.</param>
    /// <param name="inputs">Values in.</param>
    /// <param name="outputs">Values out.</param>
    public static ImmutableArray<ParameterDefinition> Linear(string name, int inputs, int outputs)
    {
        var within = Initializer.Uniform(1 / Math.Sqrt(inputs));
        return [new($"{name}.weight", [outputs, inputs], within), new($"{name}.bias", [outputs], within)];
    }

    /// <summary>A batch normalisation's scale (ones) and shift (zeros).</summary>
    /// <param name="name">The layer's name.</param>
    /// <param name="channels">Its channels.</param>
    public static ImmutableArray<ParameterDefinition> BatchNorm(string name, int channels) =>
        [new($"{name}.weight", [channels], Initializer.Constant(1)), new($"{name}.bias", [channels], Initializer.Constant(0))];

    /// <summary>A 3x3 convolution's weight (Glorot and Bengio 2010, uniform) and bias (zeros), as in MAML's own experiments.</summary>
    /// <param name="name">The layer's name.</param>
    /// <param name="inputs">Channels in.</param>
    /// <param name="outputs">Channels out.</param>
    public static ImmutableArray<ParameterDefinition> Conv3x3(string name, int inputs, int outputs)
    {
        var within = Initializer.Uniform(Math.Sqrt(6.0 / (9 * (inputs + outputs))));
        return [new($"{name}.weight", [outputs, inputs, 3, 3], within), new($"{name}.bias", [outputs], Initializer.Constant(0))];
    }
}
