using static TorchSharp.torch;

namespace MetaTrain.Learning.Tensors;

/// <summary>
/// The one door to <see cref="autograd.grad"/>. An error inside its native side would end the process (it has no exception guard), so
/// everything that can be wrong is checked before.
/// </summary>
internal static class Gradients
{
    /// <summary>The gradients of a scalar with respect to the tensors of a parameter set, in its order.</summary>
    /// <param name="loss">One value.</param>
    /// <param name="parameters">Each requires a gradient.</param>
    /// <param name="createGraph">True to be able to differentiate the gradients again.</param>
    /// <param name="keepGraph">True to be able to differentiate the same graph another time.</param>
    /// <exception cref="InvalidOperationException">The loss depends on no parameter, not on all of them, or is not one value.</exception>
    public static ParameterSet Of(Tensor loss, ParameterSet parameters, bool createGraph, bool keepGraph = false)
    {
        if (loss.NumberOfElements != 1)
        {
            throw new InvalidOperationException(
                $"The loss has shape [{string.Join(", ", loss.shape)}], but only one value can be differentiated; let the loss return one value an example, [tasks, examples].");
        }

        if (!loss.requires_grad)
        {
            throw new InvalidOperationException(
                "The loss does not depend on the parameters; use them in Forward, and detach nothing on the way to the loss.");
        }

        var gradients = autograd.grad(
            [loss], parameters.Tensors, retain_graph: createGraph || keepGraph, create_graph: createGraph, allow_unused: true);
        for (var slot = 0; slot < gradients.Count; slot++)
        {
            if (gradients[slot].IsInvalid)
            {
                throw new InvalidOperationException(
                    $"The loss does not depend on the parameter '{parameters.Layout.Slots[slot].Name}'; use it in Forward, or leave it out of the model's parameters.");
            }
        }

        return parameters.With(gradients);
    }
}
