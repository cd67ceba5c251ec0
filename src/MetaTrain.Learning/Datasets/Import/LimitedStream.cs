namespace MetaTrain.Learning.Datasets.Import;

/// <summary>Reads another stream up to a number of bytes, and refuses more.</summary>
/// <param name="inner">The stream, which stays open.</param>
/// <param name="limit">Bytes allowed.</param>
/// <param name="refusal">What to say when there are more.</param>
internal sealed class LimitedStream(Stream inner, long limit, Func<string> refusal) : Stream
{
    private long _read;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var count = inner.Read(buffer);
        _read += count;
        return _read <= limit ? count : throw new DatasetImportException(refusal());
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
