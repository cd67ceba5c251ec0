using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace MetaTrain.Console.Pictures;

/// <summary>Writes pixels as a PNG file: what browsers show inside an SVG.</summary>
internal static class PngImage
{
    private const byte Grey = 0;
    private const byte Colour = 2;

    /// <summary>A PNG file.</summary>
    /// <param name="planes">[channels, height, width], 0 black and 255 full.</param>
    /// <param name="channels">1 for grey, 3 for red, green and blue.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    public static byte[] Encode(ReadOnlySpan<byte> planes, int channels, int height, int width)
    {
        if (channels is not (1 or 3) || planes.Length != channels * height * width)
        {
            throw new ArgumentException($"{planes.Length} bytes are no image of {channels} x {height} x {width}: give grey (1) or colour (3) planes.", nameof(planes));
        }

        var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        (header[8], header[9]) = (8, channels == 1 ? Grey : Colour);
        Chunk(file, "IHDR", header);
        Chunk(file, "IDAT", Compress(planes, channels, height, width));
        Chunk(file, "IEND", []);
        return file.ToArray();
    }

    /// <summary>The same as an address that an SVG may hold.</summary>
    public static string DataUri(ReadOnlySpan<byte> planes, int channels, int height, int width) =>
        "data:image/png;base64," + Convert.ToBase64String(Encode(planes, channels, height, width));

    // A row is a filter (0, none), then its pixels, the channels of each together.
    private static byte[] Compress(ReadOnlySpan<byte> planes, int channels, int height, int width)
    {
        byte[] row = new byte[1 + (width * channels)];
        var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++)
                {
                    for (int channel = 0; channel < channels; channel++)
                    {
                        row[1 + (x * channels) + channel] = planes[(((channel * height) + y) * width) + x];
                    }
                }

                zlib.Write(row);
            }
        }

        return compressed.ToArray();
    }

    private static void Chunk(MemoryStream file, string type, ReadOnlySpan<byte> content)
    {
        Span<byte> number = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        file.Write(number);
        byte[] name = Encoding.ASCII.GetBytes(type);
        file.Write(name);
        file.Write(content);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Check(Check(uint.MaxValue, name), content));
        file.Write(number);
    }

    // The cyclic redundancy check of the PNG specification (annex D), a bit at a time: pictures are small.
    private static uint Check(uint check, ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            check ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                check = (check & 1) == 0 ? check >> 1 : (check >> 1) ^ 0xEDB88320;
            }
        }

        return check;
    }
}
