using System.Text;

namespace MetaTrain.Silo.Local;

/// <summary>A log file that keeps its last lines: full, it becomes FILE.1 and starts anew. Safe for concurrent use.</summary>
internal sealed class BoundedLog : IDisposable
{
    private readonly Lock _lock = new();
    private readonly string _path;
    private readonly long _limit;
    private StreamWriter _writer;

    public BoundedLog(string path, long limit = 8 * 1024 * 1024)
    {
        _path = path;
        _limit = limit;
        _writer = Open();
    }

    public void WriteLine(string line)
    {
        lock (_lock)
        {
            if (_writer.BaseStream.Length + Encoding.UTF8.GetByteCount(line) + 1 > _limit)
            {
                _writer.Dispose();
                File.Move(_path, _path + ".1", overwrite: true);
                _writer = Open();
            }

            _writer.Write(line);
            _writer.Write('\n');
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _writer.Dispose();
        }
    }

    // Others may read and remove it meanwhile; every line is in the file when the call returns.
    private StreamWriter Open() =>
        new(new FileStream(_path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete), new UTF8Encoding(false)) { AutoFlush = true };
}
