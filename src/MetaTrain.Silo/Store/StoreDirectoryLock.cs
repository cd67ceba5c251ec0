using System.Globalization;

namespace MetaTrain.Silo.Store;

/// <summary>Holds a directory for one store process: two that wrote one append-only file would destroy it. Ends with the process.</summary>
internal sealed class StoreDirectoryLock : IDisposable
{
    private const string FileName = "store.lock";

    // Apart from the lock: a locked file cannot be read.
    private const string HolderFileName = "store.pid";
    private readonly FileStream _file;

    private StoreDirectoryLock(FileStream file) => _file = file;

    /// <summary>Creates the directory (for its owner alone) and locks it.</summary>
    /// <exception cref="EmbeddedStoreException">Another process has it, or it cannot be written.</exception>
    public static StoreDirectoryLock Take(string directory)
    {
        string path = Path.Combine(directory, FileName);
        try
        {
            CreateDirectory(directory);

            // FileShare.None is a lock of the operating system's on the file: it goes when the process does, however it ends.
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.WriteAllText(Path.Combine(directory, HolderFileName), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return new StoreDirectoryLock(file);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new EmbeddedStoreException($"The store's directory {directory} cannot be written: give another with --data, or its rights to this user.", e);
        }
        catch (IOException e) when (File.Exists(path) && e is not (FileNotFoundException or DirectoryNotFoundException))
        {
            throw new EmbeddedStoreException($"The store's directory {directory} is in use{Holder(directory)}: end that store first, or give another directory with --data.", e);
        }
        catch (IOException e)
        {
            throw new EmbeddedStoreException($"The store's directory {directory} cannot be created ({e.Message}): give another with --data.", e);
        }
    }

    public void Dispose() => _file.Dispose();

    private static void CreateDirectory(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
        }
        else
        {
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static string Holder(string directory)
    {
        string path = Path.Combine(directory, HolderFileName);
        return File.Exists(path) ? $" by the process {File.ReadAllText(path)}" : "";
    }
}
