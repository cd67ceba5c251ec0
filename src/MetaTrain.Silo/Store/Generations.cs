using System.Globalization;

namespace MetaTrain.Silo.Store;

/// <summary>The generations in a store's directory: a file names the current one, and changes it in one step.</summary>
internal sealed class Generations(string directory)
{
    private const string FileName = "generation";
    private const string Prefix = "generation-";

    private string FilePath => Path.Combine(directory, FileName);

    /// <summary>The current generation, after removing what an interrupted rewrite has left; the first one for a new store.</summary>
    /// <exception cref="EmbeddedStoreException">The file that names it cannot be read.</exception>
    public Generation Open()
    {
        if (!File.Exists(FilePath))
        {
            if (Directory.EnumerateDirectories(directory, Prefix + "*").Any())
            {
                throw new EmbeddedStoreException($"The store's directory {directory} has data but no file '{FileName}' that says which is current: restore it from a copy, or give another directory with --data.");
            }

            WriteFile(1, 0);
        }

        Generation current = ReadFile();
        foreach (string other in Directory.EnumerateDirectories(directory, Prefix + "*").Where(path => path != current.Path))
        {
            Directory.Delete(other, recursive: true);
        }

        if (Directory.Exists(current.SpillDirectory))
        {
            Directory.Delete(current.SpillDirectory, recursive: true);
        }

        Directory.CreateDirectory(current.Path);
        return current;
    }

    /// <summary>The generation after one: empty, and not current before <see cref="Switch"/>.</summary>
    public Generation Next(Generation current) => At(current.Number + 1, 0);

    /// <summary>Makes the next generation the current one: from here on it is the truth.</summary>
    public Generation Switch(Generation next)
    {
        WriteFile(next.Number, next.AppendOnlyBytes);
        return Open();
    }

    private Generation At(int number, long firstBytes) =>
        new(Path.Combine(directory, Prefix + number.ToString("D6", CultureInfo.InvariantCulture)), number, firstBytes);

    private Generation ReadFile()
    {
        string[] words = File.ReadAllText(FilePath).Split(' ');
        return words.Length == 2
            && int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out long firstBytes)
            ? At(number, firstBytes)
            : throw new EmbeddedStoreException($"The store's file {FilePath} does not say which generation of its data is current: restore the directory from a copy, or give another with --data.");
    }

    private void WriteFile(int number, long firstBytes)
    {
        string temporary = FilePath + ".new";
        using (FileStream file = File.Create(temporary))
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{number} {firstBytes}")));
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, FilePath, overwrite: true);
    }
}
