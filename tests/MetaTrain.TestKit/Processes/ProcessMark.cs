using System.Text;

namespace MetaTrain.TestKit.Processes;

/// <summary>
/// A value in a process's environment that everything it starts inherits: processes that have left its tree (detached, or
/// orphaned when it was killed) are found by it. Linux only; elsewhere the process tree has to do.
/// </summary>
internal sealed class ProcessMark
{
    private const string Variable = "METATRAIN_TEST_PROCESS";
    private readonly string _entry;

    private ProcessMark(string value) => _entry = $"{Variable}={value}";

    public static ProcessMark Put(IDictionary<string, string?> environment)
    {
        string value = Guid.NewGuid().ToString("N");
        environment[Variable] = value;
        return new ProcessMark(value);
    }

    public void KillAll()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        // Again until none is left: a process may start another between the look and the kill.
        bool found = true;
        for (int round = 0; found && round < 100; round++)
        {
            found = false;
            foreach (int id in Bearers())
            {
                found |= UnixSignal.Kill.TrySend(id);
            }
        }
    }

    private IEnumerable<int> Bearers()
    {
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out int id) && Environ(folder).Split('\0').Contains(_entry))
            {
                yield return id;
            }
        }
    }

    // A process that has ended meanwhile, or is a zombie, or is another user's, has no environment to read.
    private static string Environ(string folder)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(folder, "environ")));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
