using System.Text;

namespace MetaTrain.Silo.Local;

/// <summary>
/// A log file that keeps its last lines: full, it becomes FILE.1 and starts anew. Lines that the disk does not take are lost and counted: whoever
/// copies a process's words goes on, or that process would wait for ever to be heard. Safe for concurrent use.
/// </summary>
internal sealed class BoundedLog : IDisposable
{
    private readonly Lock _lock = new();
    private readonly string _path;
    private readonly long _limit;
    private StreamWriter? _writer;
    private int _lost;

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
            try
            {
                Write(_lost == 0 ? line : $"({_lost} lines were lost here: the disk did not take them.)\n{line}");
                _lost = 0;
            }
            catch (IOException)
            {
                _lost++;
                Abandon();
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            Abandon();
        }
    }

    private void Write(string text)
    {
        StreamWriter writer = _writer ??= Open();
        if (writer.BaseStream.Length + Encoding.UTF8.GetByteCount(text) + 1 > _limit)
        {
            writer.Dispose();
            File.Move(_path, _path + ".1", overwrite: true);
            writer = _writer = Open();
        }

        writer.Write(text + '\n');
    }

    private void Abandon()
    {
        try
        {
            _writer?.Dispose();
        }
        catch (IOException)
        {
            // What it still holds is the line that is lost already.
        }

        _writer = null;
    }

    // Others may read and remove it meanwhile; every line is in the file when the call returns.
    private StreamWriter Open() =>
        new(new FileStream(_path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete), new UTF8Encoding(false)) { AutoFlush = true };
}
