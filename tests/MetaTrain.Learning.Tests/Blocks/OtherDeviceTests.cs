using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using MetaTrain.Learning.Tests.Algorithms;
using MetaTrain.Learning.Tests.Experiments;
using TorchSharp;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tests.Blocks;

/// <summary>
/// Whole methods on libtorch's device "meta", whose tensors have shapes and no memory: whatever would read device memory from the processor, or
/// mix in a tensor of the processor, fails there as it would on a GPU.
/// </summary>
public sealed class OtherDeviceTests
{
    private static readonly BlobSource Images = new(3, 2, 2, 0.3f, 1, 16, 16);

    public static TheoryData<string, string> Pairs() =>
    [
        .. from method in AlgorithmRegistry.All.Entries
           from model in new[] { "stride", "max", "no-conv", "mlp", "resnet12" }

           // What it computes is its own, whatever the method, and slow: one that differentiates twice, and one that compares.
           where model != "resnet12" || method.Kind is "maml" or "proto-net"
           select (method.Kind, model),
    ];

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Method_StaysOnTheDeviceOfItsInputs(string kind, string model)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var context = new ComputeContext { Device = new Device(DeviceType.META) };
        var algorithm = Create(kind, model);
        var layout = TestTasks.LayoutOf(algorithm);
        var (parameters, tasks) = (ParameterSet.Load(layout, new float[layout.Length], context), EpisodeTensors.Of(Episodes(), context));

        var computed = algorithm.Compute(context, parameters, tasks);
        var answers = new[] { true, false }.Select(transductive =>
            algorithm.Adapt(new AdaptContext { Transductive = transductive }, parameters, tasks.Support).Predict(tasks.Query.Inputs)).ToArray();

        Tensor[] made = [.. layout.Slots.Select(slot => computed.Gradient[slot.Name]), computed.Losses, computed.Predictions, computed.Gradient.Flat(), .. answers];
        Assert.All(made, tensor => Assert.Equal(DeviceType.META, tensor.device_type));
        Assert.Equal([2, 6, 3], answers[0].shape);
    }

    [Fact]
    public void Threshold_IsRelu_ToItsGradient()
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        (double[] Values, double[] Gradient) Of(Func<Tensor, Tensor> function)
        {
            var x = TensorData.FromValues([-2.0, -0.0, 0.0, 1e-300, 3.0, double.PositiveInfinity], [6]).requires_grad_();
            var y = function(x);
            return (TensorData.ToDoubles(y.detach()), TensorData.ToDoubles(autograd.grad([Ops.Sum(y)], [x])[0]));
        }

        var (relu, threshold) = (Of(Ops.Relu), Of(Ops.Threshold));
        Assert.Equal(relu.Values, threshold.Values);
        Assert.Equal(relu.Gradient, threshold.Gradient);
        Assert.True(double.IsNaN(Ops.Threshold(TensorData.FromValues([double.NaN], [1])).item<double>()));
    }

    [Fact]
    public void Flat_IsWhatIsCopiedPieceByPieceOnTheProcessor()
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var algorithm = Create("maml", "stride");
        var layout = TestTasks.LayoutOf(algorithm);
        var values = Enumerable.Range(0, layout.Length).Select(i => i * 0.25f).ToArray();
        var set = ParameterSet.Load(layout, values, new ComputeContext());

        Assert.Equal(values, set.Flat().data<float>().ToArray());
        var copied = new float[layout.Length];
        set.CopyTo(copied);
        Assert.Equal(values, copied);
    }

    private static IMetaAlgorithm Create(string kind, string model)
    {
        ISplitModel network = model switch
        {
            "no-conv" => new NoConvNet(256, [8, 6], 3),
            "mlp" => new Mlp(256, 8, 3),
            "resnet12" => new ResNet12(1, 16, 16, [3, 4, 3, 4], 3),
            _ => new Conv4(1, 16, 16, 3, 3, model == "max" ? Pooling.Max : Pooling.Stride),
        };
        var options = System.Text.Json.JsonSerializer.Deserialize<System.Text.Json.JsonElement>($$"""{ "kind": "{{kind}}" }""");
        return AlgorithmRegistry.All.Read(options).Create(new AlgorithmContext(network, Losses.CrossEntropy, Images.TrainingShape));
    }

    private static BlockData<float> Episodes() => BlockData<float>.Of(new Learning.Episodes.EpisodeBlock(Images.TrainingShape, tasks: 2));
}
