using System.Buffers.Binary;
using System.IO.Compression;

namespace MetaTrain.TestKit.Data;

/// <summary>Writes PNG files, for tests to read.</summary>
public static class TestPng
{
    /// <summary>Black and white, 1 bit a pixel, as Omniglot's files are.</summary>
    public static byte[] Bits(int width, int height, Func<int, int, bool> white) => Write(width, height, bitDepth: 1, colourType: 0, (width + 7) / 8, (row, y) =>
    {
        for (var x = 0; x < width; x++)
        {
            row[x / 8] |= (byte)((white(x, y) ? 1 : 0) << (7 - (x % 8)));
        }
    });

    /// <summary>Grey, 8 bits a pixel.</summary>
    public static byte[] Grey(int width, int height, Func<int, int, byte> value) => Write(width, height, bitDepth: 8, colourType: 0, width, (row, y) =>
    {
        for (var x = 0; x < width; x++)
        {
            row[x] = value(x, y);
        }
    });

    /// <summary>Red, green and blue, 8 bits each.</summary>
    public static byte[] Colour(int width, int height, Func<int, int, (byte, byte, byte)> value) => Write(width, height, bitDepth: 8, colourType: 2, 3 * width, (row, y) =>
    {
        for (var x = 0; x < width; x++)
        {
            (row[3 * x], row[(3 * x) + 1], row[(3 * x) + 2]) = value(x, y);
        }
    });

    /// <summary>Grey and how opaque, 8 bits each.</summary>
    public static byte[] GreyAlpha(int width, int height, Func<int, int, (byte, byte)> value) => Write(width, height, bitDepth: 8, colourType: 4, 2 * width, (row, y) =>
    {
        for (var x = 0; x < width; x++)
        {
            (row[2 * x], row[(2 * x) + 1]) = value(x, y);
        }
    });

    /// <summary>Red, green, blue and how opaque, 8 bits each.</summary>
    public static byte[] ColourAlpha(int width, int height, Func<int, int, (byte, byte, byte, byte)> value) => Write(width, height, bitDepth: 8, colourType: 6, 4 * width, (row, y) =>
    {
        for (var x = 0; x < width; x++)
        {
            (row[4 * x], row[(4 * x) + 1], row[(4 * x) + 2], row[(4 * x) + 3]) = value(x, y);
        }
    });

    private delegate void FillRow(Span<byte> row, int y);

    private static byte[] Write(int width, int height, byte bitDepth, byte colourType, int rowLength, FillRow fill)
    {
        using var file = new MemoryStream();
        file.Write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (bitDepth, colourType);
        Chunk(file, "IHDR"u8, header);

        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var y = 0; y < height; y++)
            {
                // Each row is preceded by its filter: none.
                var row = new byte[1 + rowLength];
                fill(row.AsSpan(1), y);
                zlib.Write(row);
            }
        }

        Chunk(file, "IDAT"u8, packed.ToArray());
        Chunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    private static void Chunk(Stream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        file.Write(number);
        byte[] body = [.. type, .. content];
        file.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32(body));
        file.Write(number);
    }

    private static uint Crc32(ReadOnlySpan<byte> content)
    {
        var crc = uint.MaxValue;
        foreach (var value in content)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
            }
        }

        return ~crc;
    }
}
