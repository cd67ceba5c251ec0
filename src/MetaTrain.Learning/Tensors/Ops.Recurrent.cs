using static TorchSharp.torch;

namespace MetaTrain.Learning.Tensors;

public static partial class Ops
{
    /// <summary>
    /// One step of an LSTM (Hochreiter and Schmidhuber 1997, with forget gates), from single operations: libtorch's fused cell has no second
    /// derivative. Gates lie as PyTorch's: input, forget, cell, output.
    /// </summary>
    /// <param name="x">[T, N, D].</param>
    /// <param name="state">Hidden and cell state, each [T, N, H].</param>
    /// <param name="inputWeight">[T or 1, 4H, D].</param>
    /// <param name="hiddenWeight">[T or 1, 4H, H].</param>
    /// <param name="bias">[T or 1, 4H].</param>
    /// <returns>The new hidden and cell state, each [T, N, H].</returns>
    public static (Tensor Hidden, Tensor Cell) LstmCell(
        Tensor x, (Tensor Hidden, Tensor Cell) state, Tensor inputWeight, Tensor hiddenWeight, Tensor bias)
    {
        var gates_TNG = Add(Linear(x, inputWeight, bias), state.Hidden.matmul(hiddenWeight.transpose(1, 2)));
        var size = state.Cell.shape[^1];
        var kept = Multiply(Sigmoid(Gate(1)), state.Cell);
        var cell = AddProduct(kept, Sigmoid(Gate(0)), Tanh(Gate(2)));
        return (Multiply(Sigmoid(Gate(3)), Tanh(cell)), cell);

        Tensor Gate(int index) => gates_TNG.narrow(-1, index * size, size);
    }

    /// <summary>One step of a GRU (Cho et al. 2014). Gates lie as PyTorch's: reset, update, new.</summary>
    /// <param name="x">[T, N, D].</param>
    /// <param name="hidden">[T, N, H].</param>
    /// <param name="inputWeight">[T or 1, 3H, D].</param>
    /// <param name="hiddenWeight">[T or 1, 3H, H].</param>
    /// <param name="inputBias">[T or 1, 3H].</param>
    /// <param name="hiddenBias">[T or 1, 3H].</param>
    /// <returns>The new hidden state, [T, N, H].</returns>
    public static Tensor GruCell(Tensor x, Tensor hidden, Tensor inputWeight, Tensor hiddenWeight, Tensor inputBias, Tensor hiddenBias)
    {
        var (ofInput, ofHidden) = (Linear(x, inputWeight, inputBias), Linear(hidden, hiddenWeight, hiddenBias));
        var size = hidden.shape[^1];
        var reset = Sigmoid(Add(Gate(ofInput, 0), Gate(ofHidden, 0)));
        var update = Sigmoid(Add(Gate(ofInput, 1), Gate(ofHidden, 1)));
        var fresh = Tanh(AddProduct(Gate(ofInput, 2), reset, Gate(ofHidden, 2)));
        return AddProduct(fresh, update, Subtract(hidden, fresh));

        Tensor Gate(Tensor gates, int index) => gates.narrow(-1, index * size, size);
    }
}
