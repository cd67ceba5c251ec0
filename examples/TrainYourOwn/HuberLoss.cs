using MetaTrain.Learning.Tensors;
using TorchSharp;

namespace TrainYourOwn;

/// <summary>A loss of one's own: smooth near zero, linear far off (pseudo-Huber), one value an example.</summary>
internal static class HuberLoss
{
    public static torch.Tensor PerExample(torch.Tensor predictions, torch.Tensor targets)
    {
        var error_TNO = Ops.Subtract(predictions, targets);
        return Ops.Mean(Ops.Add(Ops.Add(Ops.Square(error_TNO), 1).sqrt(), -1), -1);
    }
}
