namespace MetaTrain.Learning.Fused;

/// <summary>Which pixel of an affine layer's input reaches which pixel of its output, and through which tap of its weights.</summary>
/// <param name="inputs">Pixels in.</param>
/// <param name="outputs">Pixels out.</param>
/// <param name="taps">Taps: pieces of the weights, each [channels in, channels out].</param>
internal sealed class Connections(int inputs, int outputs, int taps)
{
    private readonly List<(int Tap, int Input)>[] _byOutput = Lists(outputs);
    private readonly List<(int Tap, int Output)>[] _byInput = Lists(inputs);

    /// <summary>Pixels in.</summary>
    public int Inputs { get; } = inputs;

    /// <summary>Pixels out.</summary>
    public int Outputs { get; } = outputs;

    /// <summary>Taps.</summary>
    public int Taps { get; } = taps;

    /// <summary>All of them: one in 3x3 that a border cuts off is missing.</summary>
    public int Count => _byOutput.Sum(list => list.Count);

    /// <summary>A 3x3 convolution with a border of one.</summary>
    public static Connections Convolution3x3(int height, int width, int stride)
    {
        var (outputHeight, outputWidth) = (((height - 1) / stride) + 1, ((width - 1) / stride) + 1);
        var connections = new Connections(height * width, outputHeight * outputWidth, 9);
        for (var output = 0; output < connections.Outputs; output++)
        {
            for (var tap = 0; tap < 9; tap++)
            {
                var (y, x) = ((output / outputWidth * stride) + (tap / 3) - 1, (output % outputWidth * stride) + (tap % 3) - 1);
                if (y >= 0 && y < height && x >= 0 && x < width)
                {
                    connections.Add(tap, (y * width) + x, output);
                }
            }
        }

        return connections;
    }

    /// <summary>A fully connected layer: each input pixel has a tap of its own.</summary>
    public static Connections Full(int inputs)
    {
        var connections = new Connections(inputs, 1, inputs);
        for (var input = 0; input < inputs; input++)
        {
            connections.Add(input, input, 0);
        }

        return connections;
    }

    /// <summary>Pixel to pixel, all through one tap.</summary>
    public static Connections Pointwise(int pixels)
    {
        var connections = new Connections(pixels, pixels, 1);
        for (var pixel = 0; pixel < pixels; pixel++)
        {
            connections.Add(0, pixel, pixel);
        }

        return connections;
    }

    /// <summary>What reaches an output pixel, by tap.</summary>
    public IReadOnlyList<(int Tap, int Input)> Into(int output) => _byOutput[output];

    /// <summary>What an input pixel reaches, by tap.</summary>
    public IReadOnlyList<(int Tap, int Output)> From(int input) => _byInput[input];

    private static List<(int Tap, int Pixel)>[] Lists(int pixels) => [.. Enumerable.Range(0, pixels).Select(_ => new List<(int, int)>())];

    private void Add(int tap, int input, int output)
    {
        _byOutput[output].Add((tap, input));
        _byInput[input].Add((tap, output));
        _byInput[input].Sort();
    }
}
