using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using MetaTrain.Console.Pictures;

namespace MetaTrain.Console.Tests.Pictures;

public sealed class PngImageTests
{
    [Fact]
    public void Encode_WritesGreyRows_EachAfterItsFilter()
    {
        byte[] file = PngImage.Encode([1, 2, 3, 4, 5, 6], channels: 1, height: 2, width: 3);

        Assert.Equal([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], file[..8]);
        Assert.Equal(["IHDR", "IDAT", "IEND"], Chunks(file).Select(chunk => chunk.Type));
        Assert.Equal([0, 0, 0, 3, 0, 0, 0, 2, 8, 0, 0, 0, 0], Chunks(file)[0].Content);
        Assert.Equal([0, 1, 2, 3, 0, 4, 5, 6], Pixels(file));
    }

    [Fact]
    public void Encode_PutsTheChannelsOfAPixelTogether()
    {
        byte[] file = PngImage.Encode([1, 2, 11, 12, 21, 22], channels: 3, height: 1, width: 2);

        Assert.Equal(2, Chunks(file)[0].Content[9]);
        Assert.Equal([0, 1, 11, 21, 2, 12, 22], Pixels(file));
    }

    // Checks that every PNG of these contents has.
    [Fact]
    public void Encode_WritesTheChecksOfTheFormat()
    {
        byte[] file = PngImage.Encode([7], channels: 1, height: 1, width: 1);

        Assert.Equal(0x3A7E9B55u, BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(8 + 8 + 13)));
        Assert.Equal(0xAE426082u, BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(file.Length - 4)));
    }

    [Fact]
    public void Encode_RefusesWhatIsNoImage()
    {
        Assert.Throws<ArgumentException>(() => PngImage.Encode(new byte[8], channels: 2, height: 2, width: 2));
        Assert.Throws<ArgumentException>(() => PngImage.Encode(new byte[5], channels: 1, height: 2, width: 2));
    }

    [Fact]
    public void DataUri_HoldsTheFile() => Assert.Equal(
        PngImage.Encode([9], 1, 1, 1), Convert.FromBase64String(PngImage.DataUri([9], 1, 1, 1)["data:image/png;base64,".Length..]));

    private static byte[] Pixels(byte[] file)
    {
        using var zlib = new ZLibStream(new MemoryStream(Chunks(file)[1].Content), CompressionMode.Decompress);
        var pixels = new MemoryStream();
        zlib.CopyTo(pixels);
        return pixels.ToArray();
    }

    private static List<(string Type, byte[] Content)> Chunks(byte[] file)
    {
        List<(string Type, byte[] Content)> chunks = [];
        for (int at = 8; at < file.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            chunks.Add((Encoding.ASCII.GetString(file, at + 4, 4), file[(at + 8)..(at + 8 + length)]));
            at += 12 + length;
        }

        return chunks;
    }
}
