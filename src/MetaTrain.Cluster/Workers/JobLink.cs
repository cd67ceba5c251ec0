using System.Collections.Immutable;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Cluster.Transfers;
using MetaTrain.Learning.Blocks;

namespace MetaTrain.Cluster.Workers;

/// <summary>
/// A silo's way to one job's coordinator, and to its aggregators when it has some: these get the gradients' ranges before the coordinator
/// hears of the sums, and give out parameters.
/// </summary>
/// <param name="job">The job.</param>
/// <param name="grains">Finds both.</param>
/// <param name="transfers">Fetches large vectors.</param>
/// <param name="deviceClass">That of the silo's workers.</param>
internal sealed class JobLink(JobId job, IGrainFactory grains, TransferClient transfers, string deviceClass)
{
    // Found once, which takes about as long as to send a call.
    private readonly ICoordinatorGrain _coordinator = grains.GetGrain<ICoordinatorGrain>(job.Value);

    // Of the newest epoch that this silo has heard of: whose sums the aggregators take.
    private volatile Route _route = new(0, []);

    /// <summary>A turn with the coordinator, whose answer means that whoever needs the results has them.</summary>
    public async Task<ExchangeReply> ExchangeAsync(ExchangeRequest request)
    {
        Route route = _route;
        ImmutableArray<NodeResult> ranged = [.. request.Results.Where(result => route.Takes(result))];
        if (!ranged.IsEmpty)
        {
            await DeliverAsync(route, ranged);
            request = request with { Results = [.. request.Results.Select(result => route.Takes(result) ? result with { Gradient = FloatVector.Empty } : result)] };
        }

        ExchangeReply reply = await _coordinator.ExchangeAsync(request);
        Learn(reply);

        // The aggregators have copies: the arrays are free.
        foreach (NodeResult delivered in ranged)
        {
            GradientArrays.Return(delivered.Gradient.Take());
        }

        return reply;
    }

    /// <summary>One version of the parameters; null when nobody has use for it any more.</summary>
    public async Task<FloatVector?> ReadAsync(long epoch, long version)
    {
        Route route = _route;
        return (route.Epoch == epoch ? await ReadRangesAsync(route.Stops, version) : null)
            ?? (await _coordinator.ReadParametersAsync(epoch, version) is { } snapshot ? await transfers.BringAsync(snapshot.Values) : null);
    }

    private async Task DeliverAsync(Route route, ImmutableArray<NodeResult> results)
    {
        try
        {
            await Task.WhenAll(route.Stops.Select(stop => stop.Grain.TakeAsync(
                [.. results.Select(result => new NodePart(result.Round, result.Node, new FloatVector(result.Gradient, stop.Range.Start, stop.Range.Length)))])));
        }
        catch (Exception e) when (e is OrleansException or AggregatorClosedException or TimeoutException or IOException)
        {
            // A coordinator that has begun anew has other aggregators, and no use for these results; under the same one they are offered again.
            Learn(await _coordinator.ExchangeAsync(new ExchangeRequest { Workers = [], DeviceClass = deviceClass }));
            if (_route.Epoch == route.Epoch)
            {
                throw;
            }
        }
    }

    private void Learn(ExchangeReply reply)
    {
        if (reply.Epoch > _route.Epoch)
        {
            _route = new Route(reply.Epoch, [.. reply.Aggregators.Select(range => new Stop(range, grains.GetGrain<IAggregatorGrain>(range.Key)))]);
        }
    }

    private async Task<FloatVector?> ReadRangesAsync(ImmutableArray<Stop> stops, long version)
    {
        if (stops.IsEmpty)
        {
            return null;
        }

        float[] values = GC.AllocateUninitializedArray<float>(stops[^1].Range.Start + stops[^1].Range.Length);
        bool[] read = await Task.WhenAll(stops.Select(async stop =>
        {
            if (await stop.Grain.ReadAsync(version) is not { } part)
            {
                return false;
            }

            await transfers.CopyAsync(part, values.AsMemory(stop.Range.Start, stop.Range.Length));
            return true;
        }));

        // Of a version that is not the newest the coordinator may still have all.
        return read.All(static had => had) ? new FloatVector(values) : null;
    }

    private sealed record Route(long Epoch, ImmutableArray<Stop> Stops)
    {
        public bool Takes(NodeResult result) => !Stops.IsEmpty && result.Epoch == Epoch && result.Gradient.Length > 0
            && result.Failure is null && result.NonFiniteTask is null;
    }

    private sealed record Stop(Aggregator Range, IAggregatorGrain Grain);
}
