using System.Security.Cryptography;
using System.Text.Json.Nodes;
using CsCheck;
using MetaTrain.Client.Checkpoints;
using MetaTrain.Client.Tests.Fakes;

namespace MetaTrain.Client.Tests.Checkpoints;

public sealed class ParametersFileTests
{
    private static readonly Dictionary<string, string> NoMetadata = [];

    private static readonly byte[] Checkpoint = Safetensors.Write(
        ("state/adam/m", [4], [9, 9, 9, 9]),
        ("head.weight", [2, 1], [3, 4]),
        ("body.weight", [2], [1, 2]),
        ("state/step", [], [17]));

    [Fact]
    public void Extract_KeepsOnlyParameters_InOrdinalOrder()
    {
        ParametersContent content = ParametersFile.Extract(Checkpoint, new Dictionary<string, string> { ["job"] = "j" });
        (JsonObject header, byte[] data) = Safetensors.Read(content.File);
        Assert.Equal(["body.weight", "head.weight"], content.Names);
        Assert.Equal(["__metadata__", "body.weight", "head.weight"], header.Select(each => each.Key));
        Assert.Equal("j", (string?)header["__metadata__"]!["job"]);
        Assert.Equal("""{"dtype":"F32","shape":[2,1],"data_offsets":[8,16]}""", header["head.weight"]!.ToJsonString());
        Assert.Equal(Safetensors.Bytes(1, 2, 3, 4), data);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Safetensors.Bytes(1, 2, 3, 4))), content.ParametersSha256);
    }

    [Fact]
    public void Extract_AlignsTheData_ForReadersThatMapIt()
    {
        ParametersContent content = ParametersFile.Extract(Checkpoint, NoMetadata);
        Assert.Equal(0, (content.File.Length - 16) % 8);
    }

    [Fact]
    public void Extract_NamesTheFault_WhenTheContentIsDamaged() =>
        Gen.Int[0, Checkpoint.Length - 1].SelectMany(at => Gen.Byte.Select(value => (at, value))).Sample(damage =>
        {
            byte[] content = [.. Checkpoint];
            content[damage.at] = damage.value;
            _ = Record.Exception(() => ParametersFile.Extract(content, NoMetadata)) is null or InvalidDataException
                ? true
                : throw new InvalidOperationException($"byte {damage.at} = {damage.value}");
            byte[] cut = Checkpoint[..damage.at];
            Assert.Throws<InvalidDataException>(() => ParametersFile.Extract(cut, NoMetadata));
        });
}
