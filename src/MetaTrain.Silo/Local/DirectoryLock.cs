using System.Globalization;
using MetaTrain.Silo.Hosting;

namespace MetaTrain.Silo.Local;

/// <summary>
/// One supervisor a data directory. The system releases the lock with the process, so that a killed supervisor never leaves one
/// behind; the process id in the file is for people.
/// </summary>
internal sealed class DirectoryLock : IDisposable
{
    private readonly FileStream _file;

    private DirectoryLock(FileStream file) => _file = file;

    /// <exception cref="StartFailure">Another supervisor has the directory, or it cannot be written.</exception>
    public static DirectoryLock Take(LocalLayout layout)
    {
        try
        {
            FileStream file = new(layout.LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            file.SetLength(0);
            file.Write(System.Text.Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
            file.Flush();
            return new DirectoryLock(file);
        }
        catch (IOException e) when (e is not DirectoryNotFoundException)
        {
            throw new StartFailure(
                $"A local cluster already runs on {layout.Root}: use it, end it with 'metatrain down', or take another directory with --data DIR.",
                ExitCode.WrongUsage, e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StartFailure($"{layout.LockFile} cannot be written: take another directory with --data DIR, or correct its owner.", ExitCode.Failed, e);
        }
    }

    public void Dispose() => _file.Dispose();
}
