#pragma warning disable
using System.Diagnostics;
using System.Text.Json;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Experiments;
using MetaTrain.Learning.Datasets;
namespace MetaTrain.Learning.Tests.Scratch;
public sealed class ScratchRun
{
    [Fact]
    public void Run()
    {
        var file = Environment.GetEnvironmentVariable("SCRATCH_SPEC");
        if (file is null) return;
        foreach (var line in File.ReadAllLines(file))
        {
            if (line.Trim().Length == 0) continue;
            var j = JsonDocument.Parse(line).RootElement;
            var spec = new ExperimentSpec { Data = j.GetProperty("data"), Model = j.GetProperty("model"), Algorithm = j.GetProperty("algorithm"), Meta = j.GetProperty("meta"), Seed = j.GetProperty("seed").GetUInt64() };
            var split = j.TryGetProperty("split", out var sp) ? Enum.Parse<Split>(sp.GetString()!) : Split.Test;
            int every = j.TryGetProperty("every", out var e) ? e.GetInt32() : int.MaxValue;
            double seconds = j.TryGetProperty("seconds", out var se) ? se.GetDouble() : 1e9;
            var source = TaskSourceRegistry.Create(spec.Data, null!);
            var exp = Experiment.Create(spec, source);
            var meta = j.GetProperty("meta");
            var t = new MetaTrainer(exp, meta.GetProperty("tasksPerIteration").GetInt32());
            var settings = new EvaluationSettings { Split = split, InnerSteps = [0, 1, 5, 10], Queries = 100 };
            var total = meta.GetProperty("iterations").GetInt64();
            var watch = Stopwatch.StartNew();
            var cpu = Process.GetCurrentProcess().TotalProcessorTime;
            string name = j.GetProperty("name").GetString()!;
            void Say() => File.AppendAllText(file + ".out", $"{name} it {t.Iteration} wall {watch.Elapsed.TotalSeconds:F0} cpu {(Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds:F0} P {t.Parameters.Length} {string.Join("  ", t.Evaluate(settings, 600).Select(p => $"{p.Key} {p.Value.Mean:F3}+-{p.Value.Ci95:F3}"))}\n");
            try
            {
                while (t.Iteration < total && (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds < seconds)
                {
                    t.Step();
                    if (t.Iteration % every == 0) Say();
                }
            }
            catch (Exception ex) { File.AppendAllText(file + ".out", name + " " + ex.Message + "\n"); }
            Say();
        }
    }
}
