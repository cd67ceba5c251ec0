using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Tensors;
using MetaTrain.Learning.Tests.Algorithms;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tests.Tensors;

/// <summary>Functions written from single operations against libtorch's own.</summary>
public sealed class OpsTests
{
    private const double Tolerance = 1e-12;

    [Fact]
    public void Functions_GiveLibtorchsValues()
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var x = Ops.Scale(TestTasks.Random(1, 2, 5, 7), 20);

        Same(x.softmax(-1), Ops.Softmax(x));
        Same(x.exp().log1p(), Ops.Softplus(x));
        Same(nn.functional.leaky_relu(x, 0.01), Ops.LeakyRelu(x));
        Same(nn.functional.normalize(x, dim: -1), Ops.Normalize(x));
    }

    [Fact]
    public void BatchNorm_GivesEachTaskLibtorchsValues()
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var (x, weight, bias) = (TestTasks.Random(1, 2, 5, 3, 7), TestTasks.Random(2, 1, 7), TestTasks.Random(3, 1, 7));

        var normalised = Ops.BatchNorm(x, weight, bias);

        for (var task = 0; task < 2; task++)
        {
            var rows = x[task].reshape(15, 7);
            var expected = nn.functional.batch_norm(rows, zeros(7, float64), ones(7, float64), weight[0], bias[0], training: true);
            Same(expected.reshape(5, 3, 7), normalised[task]);
        }
    }

    [Fact]
    public void Cells_GiveLibtorchsValues_TaskByTask()
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var (x, hidden, cell) = (TestTasks.Random(1, 2, 4, 3), TestTasks.Random(2, 2, 4, 5), TestTasks.Random(3, 2, 4, 5));
        using var lstm = nn.LSTMCell(3, 5, dtype: float64);
        using var gru = nn.GRUCell(3, 5, dtype: float64);

        var own = Ops.LstmCell(
            x,
            (hidden, cell),
            lstm.weight_ih!.unsqueeze(0),
            lstm.weight_hh!.unsqueeze(0),
            Ops.Add(lstm.bias_ih!, lstm.bias_hh!).unsqueeze(0));
        var next = Ops.GruCell(
            x, hidden, gru.weight_ih!.unsqueeze(0), gru.weight_hh!.unsqueeze(0), gru.bias_ih!.unsqueeze(0), gru.bias_hh!.unsqueeze(0));

        for (var task = 0; task < 2; task++)
        {
            var (expectedHidden, expectedCell) = lstm.call(x[task], (hidden[task], cell[task]));
            Same(expectedHidden, own.Hidden[task]);
            Same(expectedCell, own.Cell[task]);
            Same(gru.call(x[task], hidden[task]), next[task]);
        }
    }

    private static void Same(Tensor expected, Tensor actual) =>
        TestTasks.AssertClose(TensorData.ToDoubles(expected.detach()), TensorData.ToDoubles(actual.detach()), Tolerance);
}
