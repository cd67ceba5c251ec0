// phi_(k+1) = phi_k - a m_k * grad L(phi_k), where a layer's multiple m_k of the inner learning rate a is its own for each step k, and a
// normalisation has a row r_k of scales and shifts for each: phi_0 = r_0; phi_(k+1) = r_(k+1) where it is not adapted, + (r_(k+1) - r_k) where it is.
// Both have K + 1 entries, of which the last serves every step beyond.
using System.Collections.Immutable;
using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.InnerLoop;

/// <summary>A model's parameters where some of what the inner loop needs is learned for each of its steps (MAML++, arXiv:1810.09502).</summary>
internal sealed class StepwiseParameters
{
    /// <summary>What the name of the step sizes of a layer, in multiples of the inner learning rate, begins with.</summary>
    public const string StepScalePrefix = "stepScale.";

    /// <summary>What the names of a normalisation's scales and shifts begin with where there is a row of them for each step.</summary>
    public const string RowPrefix = "perStep.";

    private readonly MamlPlusPlusOptions _options;
    private readonly ParameterLayout _layout;
    private readonly string[] _layers;
    private readonly bool[] _isNorm;

    /// <summary>Those of a model.</summary>
    public StepwiseParameters(IModel model, MamlPlusPlusOptions options)
    {
        _options = options;
        _layout = new ParameterLayout(model.Parameters.Select(parameter => (parameter.Name, parameter.Shape)));
        _layers = [.. _layout.Slots.Select(slot => LayerOf(slot.Name))];
        _isNorm = [.. _layers.Select(model.IsNorm)];
        var initial = model.Parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Initial);
        Definitions =
        [
            .. _layout.Slots.Select((slot, at) => HasRows(at)
                ? new ParameterDefinition(RowPrefix + slot.Name, [Steps + 1, .. slot.Shape], initial[slot.Name])
                : new ParameterDefinition(slot.Name, slot.Shape, initial[slot.Name])),
            .. _layers.Where((_, at) => StepSizeEntries > 0 && Adapts(at)).Distinct().Select(layer => new ParameterDefinition(
                StepScalePrefix + layer, [StepSizeEntries], Initializer.Constant(1))),
        ];
    }

    /// <summary>All that is learned.</summary>
    public ImmutableArray<ParameterDefinition> Definitions { get; }

    /// <summary>The learned step sizes of a layer; 0 where they are fixed.</summary>
    public int StepSizeEntries => _options.StepSizes switch
    {
        StepSizes.PerLayerPerStep => Steps + 1,
        StepSizes.PerLayer => 1,
        _ => 0,
    };

    private int Steps => _options.InnerSteps;

    /// <summary>The model's parameters before the first step, each [1, shape...].</summary>
    public ParameterSet Start(ParameterSet learned) => new(_layout, _layout.Slots.Select((slot, at) =>
        HasRows(at) ? Row(learned, slot.Name, 0) : learned[slot.Name]));

    /// <summary>The inner update, which may be differentiated with respect to what is learned.</summary>
    public InnerUpdate Descend(ParameterSet learned) => (parameters, gradients, step) => parameters.With(
        Enumerable.Range(0, _layers.Length).Select(at => Next(learned, at, step, parameters.Tensors[at], gradients.Tensors[at])));

    private static string LayerOf(string name) => name.LastIndexOf('.') is var dot and >= 0 ? name[..dot] : name;

    private bool HasRows(int at) => _isNorm[at] && _options.PerStepNorm;

    private bool Adapts(int at) => !_isNorm[at] || _options.AdaptNorm;

    private Tensor Next(ParameterSet learned, int at, int step, Tensor parameter, Tensor gradient)
    {
        var name = _layout.Slots[at].Name;
        if (!Adapts(at))
        {
            // A new tensor in either case: whoever disposes of a step's tensors disposes of no other's.
            return Ops.ExpandTasks(HasRows(at) ? Row(learned, name, step + 1) : parameter, gradient.shape[0]);
        }

        var moved = StepSizeEntries == 0
            ? Ops.Add(parameter, gradient, -_options.InnerLearningRate)
            : Ops.Subtract(parameter, Ops.Multiply(gradient, StepSize(learned, at, step, gradient.Dimensions)));
        return HasRows(at) ? Ops.Add(moved, Ops.Subtract(Row(learned, name, step + 1), Row(learned, name, step))) : moved;
    }

    private Tensor StepSize(ParameterSet learned, int at, int step, long dimensions)
    {
        var entry = learned[StepScalePrefix + _layers[at]].narrow(1, Math.Min(step, StepSizeEntries - 1), 1);
        return Ops.Scale(entry.reshape([.. Enumerable.Repeat(1L, (int)dimensions)]), _options.InnerLearningRate);
    }

    private Tensor Row(ParameterSet learned, string name, int step) => learned[RowPrefix + name].select(1, Math.Min(step, Steps));
}
