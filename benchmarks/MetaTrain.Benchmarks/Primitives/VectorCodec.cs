using System.Buffers;
using BenchmarkDotNet.Attributes;
using MetaTrain.Abstractions.Messages;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace MetaTrain.Benchmarks.Primitives;

/// <summary>
/// A vector through Orleans' serializer, whole, to a buffer and back. Between silos that is how vectors below 64 KiB travel; of larger ones
/// a message has the ticket alone.
/// </summary>
public class VectorCodec
{
    private ServiceProvider _services = null!;
    private Serializer<FloatVector> _serializer = null!;
    private FloatVector _vector = null!;
    private ArrayBufferWriter<byte> _buffer = null!;
    private ReadOnlyMemory<byte> _bytes;

    /// <summary>The vector's length: 450 KB and 50 MB.</summary>
    [Params(112_500, 12_500_000)]
    public int Values { get; set; }

    /// <summary>Makes the serializer, the vector, and room for it.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _services = new ServiceCollection()
            .AddSerializer(static serializer => serializer.AddAssembly(typeof(FloatVector).Assembly)).BuildServiceProvider();
        _serializer = _services.GetRequiredService<Serializer<FloatVector>>();
        _vector = new FloatVector([.. Enumerable.Range(0, Values).Select(static value => (float)value)]);
        _buffer = new ArrayBufferWriter<byte>((sizeof(float) * Values) + 1024);
        _bytes = _serializer.SerializeToArray(_vector);
    }

    /// <summary>Ends the serializer.</summary>
    [GlobalCleanup]
    public void Cleanup() => _services.Dispose();

    /// <summary>To a buffer that is there already.</summary>
    [Benchmark(Description = "vector written")]
    public int Write()
    {
        _buffer.ResetWrittenCount();
        _serializer.Serialize(_vector, _buffer);
        return _buffer.WrittenCount;
    }

    /// <summary>Into an array of its own.</summary>
    [Benchmark(Description = "vector read")]
    public FloatVector Read() => _serializer.Deserialize(_bytes)!;
}
