using System.Security.Cryptography;
using CsCheck;
using MetaTrain.Abstractions.Checkpoints;

namespace MetaTrain.Abstractions.Tests.Checkpoints;

public sealed class ParameterHashTests
{
    [Fact]
    public void Compute_HashesLittleEndianValuesInNameOrder_WhenNamesAreGivenInAnother()
    {
        // "B" comes before "a" in ordinal order.
        string expected = Convert.ToHexStringLower(SHA256.HashData([0x00, 0x00, 0x80, 0x3F, 0x00, 0x00, 0x00, 0xC0, 0x00, 0x00, 0x00, 0x80]));

        Assert.Equal(expected, ParameterHash.Compute([Parameter("a", -2f, -0f), Parameter("B", 1f)]));
    }

    [Fact]
    public void Compute_IsThatOfNothing_WhenThereAreNoParameters() =>
        Assert.Equal("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", ParameterHash.Compute([]));

    [Fact]
    public void Compute_OrdersByUtf8Bytes_WhenNamesGoBeyondTheBasicPlane()
    {
        // In UTF-16 the surrogates of the second name come first; in UTF-8 its bytes come last.
        Assert.True(string.CompareOrdinal("\uFFFD", "\U0001F600") > 0);
        string expected = Convert.ToHexStringLower(SHA256.HashData([.. BitConverter.GetBytes(1f), .. BitConverter.GetBytes(2f)]));

        Assert.Equal(expected, ParameterHash.Compute([Parameter("\U0001F600", 2f), Parameter("\uFFFD", 1f)]));
    }

    [Fact]
    public void Compute_DoesNotDependOnChunks_WhenAParameterIsLong()
    {
        float[] values = [.. Enumerable.Range(0, 100_003).Select(index => index * 0.5f)];
        byte[] bytes = [.. values.SelectMany(BitConverter.GetBytes)];

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), ParameterHash.Compute([KeyValuePair.Create("w", (ReadOnlyMemory<float>)values)]));
    }

    [Fact]
    public void Compute_LeavesStateOut_WhenAFileHoldsTheOptimizersToo()
    {
        SafetensorsTensor weight = SafetensorsTensor.Float32("w", [2], new[] { 1f, 2f });
        SafetensorsTensor state = SafetensorsTensor.Float32("state/optimizer/m", [2], new[] { 3f, 4f });

        Assert.Equal(
            ParameterHash.Compute([Parameter("w", 1f, 2f)]),
            ParameterHash.Compute(SafetensorsFile.Read(SafetensorsFile.Write([state, weight]))));
    }

    [Fact]
    public void Compute_IsTheSame_WhateverTheOrderOfTheTensors() =>
        SafetensorsGen.File.Sample(tensors =>
            Assert.Equal(
                ParameterHash.Compute(SafetensorsFile.Read(SafetensorsFile.Write(tensors))),
                ParameterHash.Compute(SafetensorsFile.Read(SafetensorsFile.Write([.. tensors.Reverse()])))));

    private static KeyValuePair<string, ReadOnlyMemory<float>> Parameter(string name, params float[] values) => KeyValuePair.Create(name, (ReadOnlyMemory<float>)values);
}
