using System.Buffers.Binary;
using System.Text;
using CsCheck;
using MetaTrain.Abstractions.Checkpoints;

namespace MetaTrain.Abstractions.Tests.Checkpoints;

public sealed class SafetensorsFileTests
{
    [Fact]
    public void Write_MatchesTheFormatByteForByte_WhenATensorIsWritten()
    {
        byte[] file = SafetensorsFile.Write([SafetensorsTensor.Float32("w", [2], new[] { 1f, -2f })], new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" });

        const string Header = """{"__metadata__":{"a":"1","b":"2"},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} """;
        Assert.Equal(0, Header.Length % 8);
        Assert.Equal((ulong)Header.Length, BinaryPrimitives.ReadUInt64LittleEndian(file));
        Assert.Equal(Header, Encoding.UTF8.GetString(file, 8, Header.Length));
        Assert.Equal([0x00, 0x00, 0x80, 0x3F, 0x00, 0x00, 0x00, 0xC0], file[(8 + Header.Length)..]);
    }

    [Fact]
    public void Read_GivesBackWhatWasWritten_WhateverTheTensors() =>
        Gen.Select(SafetensorsGen.File, Gen.Dictionary(Gen.String, Gen.String)[0, 3]).Sample((tensors, notes) =>
        {
            SafetensorsFile file = SafetensorsFile.Read(SafetensorsFile.Write(tensors, notes));

            Assert.Equal(tensors.Select(tensor => tensor.Name).Order(StringComparer.Ordinal), file.Tensors.Select(tensor => tensor.Name).Order(StringComparer.Ordinal));
            Assert.All(tensors, tensor =>
            {
                SafetensorsTensor read = file.Find(tensor.Name)!;
                Assert.Equal(tensor.Shape, read.Shape);
                Assert.Equal(SafetensorsDtype.F32, read.Dtype);
                Assert.Equal(tensor.Data.ToArray(), read.Data.ToArray());
                Assert.Equal(tensor.ToFloat32(), read.ToFloat32());
            });
        });

    [Fact]
    public void Write_GivesTheSameBytes_WhenAFileIsReadAndWrittenAgain() =>
        SafetensorsGen.File.Sample(tensors =>
        {
            byte[] written = SafetensorsFile.Write([.. tensors.Where(tensor => tensor.Length > 0)]);
            Assert.Equal(written, SafetensorsFile.Write(SafetensorsFile.Read(written).Tensors));
        });

    [Fact]
    public void Read_NeverFailsOtherwiseThanByInvalidData_WhenBytesAreDamaged()
    {
        byte[] whole = SafetensorsFile.Write([SafetensorsTensor.Float32("layer.weight", [2, 3], new float[6]), SafetensorsTensor.Float32("layer.bias", [3], new float[3])]);
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte).Array[1, 4].Sample(
            changes =>
            {
                byte[] damaged = [.. whole];
                foreach ((int at, byte value) in changes)
                {
                    damaged[at] = value;
                }

                if (Record.Exception(() => SafetensorsFile.Read(damaged)) is { } fault)
                {
                    Assert.IsType<InvalidDataException>(fault);
                }
            },
            iter: 5000);
    }

    [Fact]
    public void Read_RefusesTheFile_WhenItIsCutOffAnywhere()
    {
        byte[] whole = SafetensorsFile.Write([SafetensorsTensor.Float32("w", [3], new float[3])]);

        Assert.All(Enumerable.Range(0, whole.Length), length => Assert.Throws<InvalidDataException>(() => SafetensorsFile.Read(whole[..length])));
    }

    [Theory]
    [InlineData("{}", 1, "its tensors end at byte 0, but 1 bytes follow the header")]
    [InlineData("[]", 0, "its header does not start with '{'")]
    [InlineData("{\"w\":1}", 0, "tensor 'w' is not described by an object")]
    [InlineData("{\"w\":{\"shape\":[],\"data_offsets\":[0,4]}}", 4, "tensor 'w' has no dtype")]
    [InlineData("{\"w\":{\"dtype\":\"F33\",\"shape\":[],\"data_offsets\":[0,4]}}", 4, "tensor 'w' has the unknown dtype 'F33'")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", 4, "tensor 'w' has no list 'shape'")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4, "the 'shape' of tensor 'w' holds -1, which is not a whole number of at least 0")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}", 4, "the 'shape' of tensor 'w' holds 1.5, which is not a whole number of at least 0")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4, "tensor 'w' has 4 bytes, which do not fill its shape [2] of F32")]
    [InlineData("{\"w\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,12]}}", 12, "tensor 'w' has 12 bytes, which do not fill its shape [1] of F64")]
    [InlineData("{\"w\":{\"dtype\":\"U8\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,4]}}", 4, "tensor 'w' has 4 bytes, which do not fill its shape [4294967296, 4294967296] of U8")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 4, "tensor 'w' has data_offsets [0, 8], which are no range within the 4 bytes of data")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}", 4, "tensor 'w' has data_offsets [4, 0], which are no range within the 4 bytes of data")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}}", 4, "tensor 'w' has data_offsets [0], which are no range within the 4 bytes of data")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8, "tensor 'w' starts at byte 4, but the one before it ends at byte 0")]
    [InlineData("{\"v\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "tensor 'w' starts at byte 0, but the one before it ends at byte 4")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 8, "its tensors end at byte 4, but 8 bytes follow the header")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"x\":1}}", 4, "tensor 'w' has the unknown key 'x'")]
    [InlineData("{\"__metadata__\":{\"a\":1}}", 0, "its '__metadata__' must be an object of strings")]
    public void Read_SaysWhereAndHow_WhenTheFormatIsBroken(string header, int bytes, string fault)
    {
        byte[] file = [.. BitConverter.GetBytes((ulong)header.Length), .. Encoding.UTF8.GetBytes(header), .. new byte[bytes]];

        Assert.Equal($"This is not a valid safetensors file: {fault}.", Assert.Throws<InvalidDataException>(() => SafetensorsFile.Read(file)).Message);
    }

    [Theory]
    [InlineData("{\"w\":", "its header is not valid JSON")]
    [InlineData("{\"__metadata__\":{\"a\":\"\\ud800\"}}", "its header holds text with half of a surrogate pair")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]},\"w\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}", "names a tensor twice")]
    public void Read_RefusesTheHeader_WhenItsJsonIsBroken(string header, string part)
    {
        byte[] file = [.. BitConverter.GetBytes((ulong)header.Length), .. Encoding.UTF8.GetBytes(header)];

        Assert.Contains(part, Assert.Throws<InvalidDataException>(() => SafetensorsFile.Read(file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_RefusesTheFile_WhenItsHeaderClaimsMoreThanTheFormatAllows()
    {
        byte[] file = [.. BitConverter.GetBytes(ulong.MaxValue), (byte)'{', (byte)'}'];

        Assert.Equal(
            "This is not a valid safetensors file: its header would have 18446744073709551615 bytes, more than the 100000000 that are allowed.",
            Assert.Throws<InvalidDataException>(() => SafetensorsFile.Read(file)).Message);
    }

    [Fact]
    public void Read_ConvertsOtherFloats_WhenAFileOfAnotherProgramHoldsThem()
    {
        // 1, -2 and the smallest subnormal as F16; 1 and -2.5 as BF16; 0.1 as F64; two I64.
        SafetensorsFile file = SafetensorsFile.Read(Foreign(
            """{"h":{"dtype":"F16","shape":[3],"data_offsets":[24,30]},"d":{"dtype":"F64","shape":[],"data_offsets":[0,8]},"i":{"dtype":"I64","shape":[2],"data_offsets":[8,24]},"b":{"dtype":"BF16","shape":[2],"data_offsets":[30,34]}}""",
            [.. BitConverter.GetBytes(0.1), .. BitConverter.GetBytes(7L), .. BitConverter.GetBytes(-1L), 0x00, 0x3C, 0x00, 0xC0, 0x01, 0x00, 0x80, 0x3F, 0x20, 0xC0]));

        Assert.Equal(["d", "i", "h", "b"], file.Tensors.Select(tensor => tensor.Name));
        Assert.Equal([1f, -2f, 5.9604645e-8f], file.Find("h")!.ToFloat32());
        Assert.Equal([1f, -2.5f], file.Find("b")!.ToFloat32());
        Assert.Equal([0.1f], file.Find("d")!.ToFloat32());
        Assert.Equal(2, file.Find("i")!.Length);
        Assert.Equal(
            "Tensor 'i' holds I64, which cannot be read as parameters; save it as F32, F16, BF16 or F64.",
            Assert.Throws<InvalidDataException>(() => file.Find("i")!.ToFloat32()).Message);
    }

    [Fact]
    public void Write_RefusesTensors_WhenTheirNamesClash()
    {
        SafetensorsTensor tensor = SafetensorsTensor.Float32("w", [], new[] { 1f });

        Assert.Throws<ArgumentException>(() => SafetensorsFile.Write([tensor, tensor]));
        Assert.Throws<ArgumentException>(() => SafetensorsFile.Write([SafetensorsTensor.Float32("__metadata__", [], new[] { 1f })]));
        Assert.Throws<ArgumentException>(() => SafetensorsTensor.Float32("w", [2], new[] { 1f }));
    }

    private static byte[] Foreign(string header, byte[] data) => [.. BitConverter.GetBytes((ulong)header.Length), .. Encoding.UTF8.GetBytes(header), .. data];
}
