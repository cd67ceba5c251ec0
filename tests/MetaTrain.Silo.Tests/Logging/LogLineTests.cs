using MetaTrain.Silo.Logging;
using Microsoft.Extensions.Logging;

namespace MetaTrain.Silo.Tests.Logging;

public sealed class LogLineTests
{
    private static readonly DateTimeOffset Time = new(2026, 1, 2, 5, 4, 5, 678, TimeSpan.FromHours(2));

    [Theory]
    [InlineData(LogLevel.Trace, "trce")]
    [InlineData(LogLevel.Debug, "dbug")]
    [InlineData(LogLevel.Information, "info")]
    [InlineData(LogLevel.Warning, "warn")]
    [InlineData(LogLevel.Error, "fail")]
    [InlineData(LogLevel.Critical, "crit")]
    public void Write_IsOneLineWithUtcTimeLevelAndShortCategory(LogLevel level, string name) =>
        Assert.Equal($"2026-01-02T03:04:05.678Z {name} Silo: hello\n", Line(level, "MetaTrain.Silo", "hello"));

    [Fact]
    public void Write_KeepsALongMessageOnOneLine() =>
        Assert.Equal("2026-01-02T03:04:05.678Z info Silo: one | two\n", Line(LogLevel.Information, "Silo", "one\r\n  two\n"));

    [Fact]
    public void Write_ShowsTheFirstLineOfAWarningsException_AndTheStackOfAnErrors()
    {
        Exception exception = Thrown();

        Assert.EndsWith("oops | InvalidOperationException: what\n", Line(LogLevel.Warning, "Silo", "oops", exception));
        string error = Line(LogLevel.Error, "Silo", "oops", exception);
        Assert.Contains("more", error);
        Assert.Contains(nameof(Thrown), error);
        Assert.Equal(1, error.Count(character => character == '\n'));
    }

    [Fact]
    public void Noise_IsDroppedAtStartOnly_AndNeverAnError()
    {
        Microsoft.Extensions.Time.Testing.FakeTimeProvider time = new();
        Noise noise = new(time);
        const string Category = "Orleans.Runtime.Silo";

        Assert.True(noise.Contains(LogLevel.Warning, Category, "Note: Silo not running with ServerGC"));
        Assert.False(noise.Contains(LogLevel.Error, Category, "Note: Silo not running with ServerGC"));
        Assert.False(noise.Contains(LogLevel.Warning, Category, "Something else"));
        Assert.False(noise.Contains(LogLevel.Warning, "MetaTrain.Silo", "Note: mine"));
        time.Advance(Noise.StartTime);
        Assert.False(noise.Contains(LogLevel.Warning, Category, "Note: Silo not running with ServerGC"));
    }

    private static string Line(LogLevel level, string category, string message, Exception? exception = null)
    {
        using StringWriter writer = new();
        LogLine.Write(writer, Time, level, category, message, exception);
        return writer.ToString();
    }

    private static InvalidOperationException Thrown()
    {
        try
        {
            throw new InvalidOperationException("what\nmore");
        }
        catch (InvalidOperationException e)
        {
            return e;
        }
    }
}
