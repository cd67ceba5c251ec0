namespace MetaTrain.Cluster.Telemetry;

/// <summary>The latest readings of one job at its coordinator. Each field is written by one grain and read by scrapes.</summary>
internal sealed class JobGauges
{
    private double _metaLoss = double.NaN;
    private double _metaAccuracy = double.NaN;
    private double _validationAccuracy = double.NaN;
    private long _iteration;
    private long _committedIteration;
    private long _iterations;
    private long _epoch;
    private int _leases;

    internal double MetaLoss { get => Volatile.Read(ref _metaLoss); set => Volatile.Write(ref _metaLoss, value); }

    internal double MetaAccuracy { get => Volatile.Read(ref _metaAccuracy); set => Volatile.Write(ref _metaAccuracy, value); }

    internal double ValidationAccuracy { get => Volatile.Read(ref _validationAccuracy); set => Volatile.Write(ref _validationAccuracy, value); }

    internal long Iteration { get => Volatile.Read(ref _iteration); set => Volatile.Write(ref _iteration, value); }

    internal long CommittedIteration { get => Volatile.Read(ref _committedIteration); set => Volatile.Write(ref _committedIteration, value); }

    internal long Iterations { get => Volatile.Read(ref _iterations); set => Volatile.Write(ref _iterations, value); }

    internal long Epoch { get => Volatile.Read(ref _epoch); set => Volatile.Write(ref _epoch, value); }

    internal int Leases { get => Volatile.Read(ref _leases); set => Volatile.Write(ref _leases, value); }
}
