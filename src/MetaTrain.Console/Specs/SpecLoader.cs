using System.Reflection;
using MetaTrain.Abstractions.Specs;
using MetaTrain.Console.Hosting;

namespace MetaTrain.Console.Specs;

/// <summary>Reads a spec from a file, from standard input, or from the example that the console brings.</summary>
internal static class SpecLoader
{
    private const string Example = "glyphs.yaml";

    /// <summary>Reads it, with values laid over it.</summary>
    /// <param name="path">A file; "-" for standard input; null for the example.</param>
    /// <param name="overrides">Each <c>key=value</c>.</param>
    /// <exception cref="ConsoleFault">There is no such file.</exception>
    public static JobSpecReading Read(string? path, IReadOnlyList<string> overrides) => new JobSpecReader().Read(ReadText(path), overrides);

    /// <summary>Reads it, or ends the command with all that is wrong with it.</summary>
    public static (JobSpec Spec, string Json) ReadOrRefuse(string? path, IReadOnlyList<string> overrides)
    {
        JobSpecReading reading = Read(path, overrides);
        return reading.IsValid
            ? (reading.Spec, reading.CanonicalJson)
            : throw new ConsoleFault(ExitCode.WrongUsage, string.Join(Environment.NewLine, reading.Problems.Select(problem => problem.Sentence)));
    }

    private static string ReadText(string? path)
    {
        try
        {
            return path switch
            {
                null => ReadExample(),
                "-" => System.Console.In.ReadToEnd(),
                _ => File.ReadAllText(path),
            };
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            string why = failure is FileNotFoundException or DirectoryNotFoundException
                ? $"There is no spec '{path}': check the path."
                : $"The spec '{path}' cannot be read: {failure.Message}";
            throw new ConsoleFault(ExitCode.WrongUsage, why, failure);
        }
    }

    private static string ReadExample()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Example)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
