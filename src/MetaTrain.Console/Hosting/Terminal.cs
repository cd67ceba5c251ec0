using System.Text;
using MetaTrain.Console.Output;

namespace MetaTrain.Console.Hosting;

/// <summary>What the terminal that this process runs on can do.</summary>
internal static class Terminal
{
    /// <summary>The output for this terminal.</summary>
    public static ConsoleOutput CreateOutput()
    {
        bool unicode = !OperatingSystem.IsWindows() || TrySetUtf8();
        return new ConsoleOutput(System.Console.Out, System.Console.Error)
        {
            IsInteractive = IsInteractive(System.Console.IsErrorRedirected, Environment.GetEnvironmentVariable),
            HasColour = HasColour(Environment.GetEnvironmentVariable),
            HasUnicode = unicode && HasUnicode(Environment.GetEnvironmentVariable),
        };
    }

    /// <summary>Lines can be redrawn: stderr is a terminal that is not dumb, and this is not a build job's log.</summary>
    internal static bool IsInteractive(bool redirected, Func<string, string?> variable) =>
        !redirected && variable("TERM") is not "dumb" && variable("CI") is not "true";

    /// <summary>Colours are wanted: https://no-color.org asks that any value but the empty one turns them off.</summary>
    internal static bool HasColour(Func<string, string?> variable) => string.IsNullOrEmpty(variable("NO_COLOR"));

    /// <summary>The locale is UTF-8, or says nothing.</summary>
    internal static bool HasUnicode(Func<string, string?> variable)
    {
        string? locale = ((string[])["LC_ALL", "LC_CTYPE", "LANG"]).Select(variable).FirstOrDefault(value => !string.IsNullOrEmpty(value));
        return locale is null || locale.Contains("UTF-8", StringComparison.OrdinalIgnoreCase) || locale.Contains("utf8", StringComparison.OrdinalIgnoreCase);
    }

    private static bool TrySetUtf8()
    {
        try
        {
            System.Console.OutputEncoding = Encoding.UTF8;
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
