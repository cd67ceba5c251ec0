using System.Numerics;

namespace MetaTrain.Learning.Fused;

/// <summary>
/// How an example becomes the rows of a network's first node. A first convolution's patches are gathered once an episode: nothing is
/// differentiated with respect to them.
/// </summary>
internal sealed class InputGather
{
    // By pixel and channel: where the value lies in the example, -1 beyond the border.
    private readonly int[] _sources;

    private readonly int _length;

    private InputGather(NodeShape shape, int length, int[] sources) => (Shape, _length, _sources) = (shape, length, sources);

    /// <summary>Of the first node.</summary>
    public NodeShape Shape { get; }

    /// <summary>An example as it is.</summary>
    public static InputGather Flat(int length) => new(new NodeShape(1, length), length, [.. Enumerable.Range(0, length)]);

    /// <summary>The 3x3 patches of an image [channels, height, width], each ordered [tap, channel].</summary>
    public static InputGather Patches(int channels, int height, int width, int stride)
    {
        var connections = Connections.Convolution3x3(height, width, stride);
        var sources = new int[connections.Outputs * 9 * channels];
        Array.Fill(sources, -1);
        for (var output = 0; output < connections.Outputs; output++)
        {
            foreach (var (tap, input) in connections.Into(output))
            {
                for (var channel = 0; channel < channels; channel++)
                {
                    sources[(((output * 9) + tap) * channels) + channel] = (channel * height * width) + input;
                }
            }
        }

        return new InputGather(new NodeShape(connections.Outputs, 9 * channels), channels * height * width, sources);
    }

    /// <summary>Writes examples into a node, from an example's place on.</summary>
    /// <param name="examples">[N, D].</param>
    /// <param name="node">The first node.</param>
    /// <param name="first">The place of the first of them.</param>
    public unsafe void Load<T>(ReadOnlySpan<T> examples, Node<T> node, int first = 0)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T* row = node.Value + ((nint)first * Shape.Pixels * node.Stride);
        for (; !examples.IsEmpty; examples = examples[_length..])
        {
            for (var (pixel, at) = (0, 0); pixel < Shape.Pixels; pixel++, row += node.Stride)
            {
                for (var channel = 0; channel < Shape.Channels; channel++, at++)
                {
                    row[channel] = _sources[at] < 0 ? T.Zero : examples[_sources[at]];
                }
            }
        }
    }
}
