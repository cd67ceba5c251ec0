using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using MetaTrain.Silo.Processes;

namespace MetaTrain.Silo.Local;

/// <summary>The file of the processes that a supervisor has started, for the next one to end what this one could not.</summary>
internal sealed class ProcessLedger(string path)
{
    private readonly Lock _lock = new();
    private ImmutableDictionary<string, ProcessIdentity> _processes = ImmutableDictionary<string, ProcessIdentity>.Empty;

    public void Put(ProcessIdentity process) => Change(processes => processes.SetItem(process.Name, process));

    /// <summary>All have ended: there is nothing for the next supervisor to do.</summary>
    public void Forget() => File.Delete(path);

    /// <summary>Ends what an earlier supervisor left behind, and returns what it was.</summary>
    public ImmutableArray<ProcessIdentity> EndLeftovers(TimeSpan patience)
    {
        ImmutableArray<ProcessIdentity>.Builder ended = ImmutableArray.CreateBuilder<ProcessIdentity>();
        foreach (ProcessIdentity identity in Read())
        {
            using System.Diagnostics.Process? process = identity.Find();
            if (process is not null)
            {
                process.Kill();
                process.WaitForExit(patience);
                ended.Add(identity);
            }
        }

        File.Delete(path);
        return ended.ToImmutable();
    }

    private ImmutableArray<ProcessIdentity> Read()
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), LedgerJson.Default.ImmutableArrayProcessIdentity) : [];
        }
        catch (JsonException)
        {
            // Cut off by the death of its writer, which wrote the file whole before that: nothing in it is newer than what is alive.
            return [];
        }
    }

    private void Change(Func<ImmutableDictionary<string, ProcessIdentity>, ImmutableDictionary<string, ProcessIdentity>> change)
    {
        lock (_lock)
        {
            _processes = change(_processes);
            string temporary = path + ".new";
            File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes([.. _processes.Values], LedgerJson.Default.ImmutableArrayProcessIdentity));
            File.Move(temporary, path, overwrite: true);
        }
    }
}

[JsonSerializable(typeof(ImmutableArray<ProcessIdentity>))]
internal sealed partial class LedgerJson : JsonSerializerContext;
