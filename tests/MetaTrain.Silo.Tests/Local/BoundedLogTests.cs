using MetaTrain.Silo.Local;
using MetaTrain.TestKit.Data;

namespace MetaTrain.Silo.Tests.Local;

public sealed class BoundedLogTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new("log");

    private string Path => _directory.Combine("silo.log");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void WriteLine_IsInTheFileAtOnce_AndAppendsToWhatWasThere()
    {
        File.WriteAllText(Path, "before\n");
        using BoundedLog log = new(Path);
        log.WriteLine("after");

        using StreamReader reader = new(new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        Assert.Equal("before\nafter\n", reader.ReadToEnd());
    }

    [Fact]
    public void WriteLine_KeepsTheLastLines_WithinTwiceTheLimit()
    {
        using (BoundedLog log = new(Path, limit: 100))
        {
            for (int line = 0; line < 100; line++)
            {
                log.WriteLine($"line {line} é");
            }
        }

        Assert.InRange(new FileInfo(Path).Length, 1, 100);
        Assert.InRange(new FileInfo(Path + ".1").Length, 1, 100);
        string[] lines = [.. File.ReadAllLines(Path + ".1"), .. File.ReadAllLines(Path)];
        Assert.Equal(lines.Length, lines.Distinct().Count());
        Assert.Equal("line 99 é", lines[^1]);
        Assert.Equal(lines.Order(StringComparer.Ordinal), lines);
    }

    [Fact]
    public void WriteLine_GoesOn_WhenTheDiskTakesNothingForAWhile()
    {
        string folder = _directory.Combine("gone");
        string path = System.IO.Path.Combine(folder, "silo.log");
        Directory.CreateDirectory(folder);
        using BoundedLog log = new(path, limit: 40);
        log.WriteLine("a line of twenty-odd characters");

        Directory.Delete(folder, recursive: true);
        log.WriteLine("another line of twenty-odd characters");
        log.WriteLine("and another one of these");
        Directory.CreateDirectory(folder);
        log.WriteLine("again");
        log.WriteLine("and on");

        using StreamReader reader = new(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        Assert.Equal("and on\n", reader.ReadToEnd());
        Assert.Equal("(2 lines were lost here: the disk did not take them.)\nagain\n", File.ReadAllText(path + ".1"));
    }
}
