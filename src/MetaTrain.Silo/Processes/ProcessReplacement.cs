using System.Runtime.InteropServices;
using System.Text;

namespace MetaTrain.Silo.Processes;

/// <summary>Starts this program once more in the same process, with more variables in its environment.</summary>
internal static partial class ProcessReplacement
{
    /// <summary>Set in the new environment, so that a program never replaces itself twice.</summary>
    public const string Marker = "METATRAIN_REPLACED";

    /// <summary>Does not return when it succeeds; else says why it could not.</summary>
    public static string Replace(IReadOnlyDictionary<string, string> variables)
    {
        if (!OperatingSystem.IsLinux())
        {
            return "this system cannot replace a running program";
        }

        string[] arguments = Encoding.UTF8.GetString(File.ReadAllBytes("/proc/self/cmdline")).TrimEnd('\0').Split('\0');
        Dictionary<string, string> environment = new(StringComparer.Ordinal) { [Marker] = "1" };
        foreach (System.Collections.DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            environment[(string)entry.Key] = (string?)entry.Value ?? "";
        }

        foreach ((string name, string value) in variables)
        {
            environment[name] = value;
        }

        string?[] block = [.. environment.Select(variable => $"{variable.Key}={variable.Value}"), null];
        _ = Execute(Environment.ProcessPath ?? arguments[0], [.. arguments, null], block);
        return Marshal.GetLastPInvokeErrorMessage();
    }

    [LibraryImport("libc", EntryPoint = "execve", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Execute(string path, string?[] arguments, string?[] environment);
}
