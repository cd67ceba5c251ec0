namespace MetaTrain.Benchmarks.Simulation;

/// <summary>What a machine has done so far: times in nanoseconds.</summary>
internal readonly record struct Load(long BytesIn, long BytesOut, long LinkIn, long LinkOut, long Cpu, long Transport)
{
    public static Load Of(Machine machine) =>
        new(machine.In.Bytes, machine.Out.Bytes, machine.In.Busy, machine.Out.Busy, machine.Cpu.Busy, machine.TransportBusy);
}
