namespace MetaTrain.Silo.Local;

/// <summary>What lies where in the data directory of a local cluster.</summary>
internal sealed record LocalLayout(string Root)
{
    /// <summary>Held by the one supervisor for as long as it lives.</summary>
    public string LockFile => Path.Combine(Root, "supervisor.lock");

    /// <summary>The processes that the supervisor has started.</summary>
    public string ProcessesFile => Path.Combine(Root, "processes.json");

    public string Logs => Path.Combine(Root, "logs");

    /// <summary>The embedded store's own directory.</summary>
    public string Store => Path.Combine(Root, "store");

    public string LogOf(string process) => Path.Combine(Logs, process + ".log");

    /// <summary>Makes the directories, for this user alone: a store's address may hold a password.</summary>
    public void Create()
    {
        foreach (string directory in new[] { Root, Logs, Store })
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
    }
}
