using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Experiments;

namespace MetaTrain.Cluster.Workers;

/// <summary>
/// Samples a slot's next block ahead: episodes depend on no parameters, and a worker's training blocks are mostly those of its last round
/// (<see cref="Coordination.HomeBlocks"/>). A wrong guess costs its sampling and nothing else. One thread uses a stage; a guess may be
/// sampled on another.
/// </summary>
internal sealed class EpisodeStage
{
    private readonly List<(int FirstTask, int Tasks)> _current = [];
    private readonly List<(int FirstTask, int Tasks)> _last = [];
    private IExperiment? _experiment;
    private BlockRequest? _at;
    private (BlockRequest Request, Task<EpisodeBlock> Episodes)? _staged;

    /// <summary>The episodes of a block, sampled ahead if it was foreseen.</summary>
    /// <param name="experiment">Whose.</param>
    /// <param name="request">The block.</param>
    public EpisodeBlock Take(IExperiment experiment, BlockRequest request)
    {
        if (request.Evaluation is not null)
        {
            // What was sampled for training is of use after it.
            return experiment.Sample(request);
        }

        Task<EpisodeBlock>? foreseen = _experiment == experiment && _staged is { } staged && staged.Request == request ? staged.Episodes : null;
        _staged = null;
        Follow(experiment, request);
        return foreseen is null ? experiment.Sample(request) : foreseen.WaitOnDevice();
    }

    /// <summary>Samples the block that probably comes next; does nothing when that is done, or when nothing is known.</summary>
    /// <param name="run">Runs it: here, by a thread that would only wait, or beside a device that needs none.</param>
    public void Prepare(Func<Func<EpisodeBlock>, Task<EpisodeBlock>> run)
    {
        if (_staged is null && _experiment is { } experiment && Next() is { } next)
        {
            _staged = (next, run(() => experiment.Sample(next)));
        }
    }

    /// <summary>On the calling thread; an error is kept for whoever takes the episodes.</summary>
    public static Task<EpisodeBlock> Here(Func<EpisodeBlock> sample)
    {
        Task<EpisodeBlock> sampled = new(sample);
        sampled.RunSynchronously();
        return sampled;
    }

    private void Follow(IExperiment experiment, BlockRequest request)
    {
        if (_experiment != experiment)
        {
            _current.Clear();
            _last.Clear();
            _experiment = experiment;
        }
        else if (_at!.Iteration != request.Iteration)
        {
            _last.Clear();
            _last.AddRange(_current);
            _current.Clear();
        }

        _at = request;
        _current.Add((request.FirstTask, request.Tasks));
    }

    // The block after this one in the last round, or the first of the next round.
    private BlockRequest? Next() => _at is not { } at ? null
        : _current.Count < _last.Count ? new BlockRequest(at.Iteration, _last[_current.Count].FirstTask, _last[_current.Count].Tasks)
        : _last.Count > 0 ? new BlockRequest(at.Iteration + 1, _current[0].FirstTask, _current[0].Tasks)
        : null;
}
