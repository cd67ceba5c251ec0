using System.Diagnostics;

namespace MetaTrain.Silo.Processes;

/// <summary>This program, to be started again.</summary>
internal static class OwnProgram
{
    public static ProcessStartInfo StartInfo(IEnumerable<string> arguments)
    {
        string host = Environment.ProcessPath ?? throw new InvalidOperationException("The system does not tell which program this process runs.");
        string assembly = Path.Combine(AppContext.BaseDirectory, "MetaTrain.Silo.dll");

        // Started by its own executable, or by dotnet with the assembly's name.
        string[] program = Path.GetFileNameWithoutExtension(host).Equals("dotnet", StringComparison.OrdinalIgnoreCase) ? ["exec", assembly] : [];
        return new ProcessStartInfo(host, [.. program, .. arguments]) { UseShellExecute = false };
    }
}
