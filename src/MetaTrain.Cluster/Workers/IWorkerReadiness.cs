namespace MetaTrain.Cluster.Workers;

/// <summary>Tells whether this silo's workers ask for work.</summary>
public interface IWorkerReadiness
{
    /// <summary>True once every worker of this silo has answered.</summary>
    bool AreRunning { get; }
}
