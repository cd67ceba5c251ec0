using System.Reflection;
using MetaTrain.Console.Hosting;

namespace MetaTrain.Console.LocalClusters;

/// <summary>Finds the silo's program: where the user says, beside the console, or where it was built.</summary>
internal sealed class SiloLocator(string baseDirectory, string? builtAt, Func<string, bool> fileExists)
{
    private const string Name = "MetaTrain.Silo";
    private const string Assembly = Name + ".dll";

    /// <summary>The locator of this installation.</summary>
    public static SiloLocator Installed { get; } = new(AppContext.BaseDirectory, BuiltAt(), File.Exists);

    /// <summary>Finds it.</summary>
    /// <param name="given">What --silo says: the program, or the folder it lies in; null to search.</param>
    /// <exception cref="ConsoleFault">It is not there.</exception>
    public SiloProgram Find(string? given)
    {
        string? found = Candidates(given).FirstOrDefault(fileExists);
        return found is not null
            ? new SiloProgram(Path.GetFullPath(found))
            : throw new ConsoleFault(
                given is null ? ExitCode.Unreachable : ExitCode.WrongUsage,
                given is null
                    ? $"The silo's program ({Name}) is neither beside the console in {baseDirectory} nor where it was built: "
                        + "build the solution, or name it with --silo PATH."
                    : $"There is no silo at '{given}': name {Name}.dll, its executable, or the folder they lie in.");
    }

    private IEnumerable<string> Candidates(string? given)
    {
        if (given is not null)
        {
            return [given, Path.Combine(given, Assembly)];
        }

        // Only the assembly counts: the build lays the executable beside the console without it.
        IEnumerable<string> beside = [Path.Combine(baseDirectory, Assembly), Path.Combine(baseDirectory, "silo", Assembly)];
        return string.IsNullOrEmpty(builtAt) ? beside : beside.Append(builtAt);
    }

    private static string? BuiltAt() => typeof(SiloLocator).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(attribute => attribute.Key == "SiloProgram")?.Value;
}
