using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Abstractions.Specs;
using MetaTrain.Abstractions.Storage;
using MetaTrain.Cluster.Coordination;
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Cluster.Tests.Coordination;

public sealed class EvaluationPlansTests
{
    private static readonly EpisodeShape Training = new() { Ways = 20, Shots = 1, Queries = 5, Input = [1, 28, 28] };

    private static readonly EvaluationSpec Spec = new()
    {
        Validation = new ValidationSpec { Every = 10, Episodes = 20, InnerSteps = 2 },
        Final = new FinalEvaluationSpec { Ways = 5, Queries = 15, InnerSteps = [1, 3] },
    };

    [Fact]
    public void Evaluations_HaveTheSpecsSizes_ThenTrainings()
    {
        EvaluationWork final = EvaluationPlans.Final(Spec, Training, baseline: true);
        EvaluationWork validation = EvaluationPlans.Validation(Spec, Training);

        Assert.Equal((5, 1, 15, true), (final.Ways, final.Shots, final.Queries, final.Baseline));
        Assert.Equal([1, 3], final.InnerSteps);
        Assert.Equal((5, 1, 15, false), (validation.Ways, validation.Shots, validation.Queries, validation.Baseline));
        Assert.Equal([2], validation.InnerSteps);
    }

    [Fact]
    public void ARequest_ChangesWhatItNames_AndNothingElse()
    {
        EvaluationRequest plain = new() { At = CheckpointSelector.Best, Split = "validation" };
        EvaluationWork same = EvaluationPlans.Requested(plain, Spec, Training, baseline: false);
        EvaluationWork other = EvaluationPlans.Requested(
            plain with { Ways = 10, Shots = 5, Queries = 3, InnerSteps = [7], Transductive = false }, Spec, Training, baseline: false);

        Assert.Equal((5, 1, 15, "validation", true), (same.Ways, same.Shots, same.Queries, same.Split, same.Transductive));
        Assert.Equal([1, 3], same.InnerSteps);
        Assert.Equal((10, 5, 3, "validation", false), (other.Ways, other.Shots, other.Queries, other.Split, other.Transductive));
        Assert.Equal([7], other.InnerSteps);
    }

    [Fact]
    public void AShownEpisode_IsOneOfThoseThatARequestMeasures()
    {
        EvaluationWork shown = EvaluationPlans.Shown(new DemonstrationRequest { At = CheckpointSelector.Best, Split = "validation", Task = 3 }, Spec, Training);
        EvaluationWork measured = EvaluationPlans.Requested(new EvaluationRequest { At = CheckpointSelector.Best, Split = "validation" }, Spec, Training, baseline: false);

        Assert.Equal(measured with { InnerSteps = shown.InnerSteps }, shown);
        Assert.Equal(measured.InnerSteps, shown.InnerSteps);
    }
}
