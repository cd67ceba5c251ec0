using System.Diagnostics;
using MetaTrain.Silo.Processes;

namespace MetaTrain.Silo.Local;

/// <summary>Starts this program again with another verb.</summary>
internal sealed class ChildLauncher(LocalLayout layout, ProcessLedger ledger) : IChildLauncher
{
    public IChild Start(ChildPlan plan)
    {
        ProcessStartInfo start = OwnProgram.StartInfo(plan.Arguments);
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        foreach ((string name, string value) in plan.Environment)
        {
            start.Environment[name] = value;
        }

        Process process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start.");
        ChildProcess child = new(plan.Name, process, new BoundedLog(layout.LogOf(plan.Name)));
        ledger.Put(child.Identity);
        return child;
    }
}
