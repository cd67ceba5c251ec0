using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Experiments;
using TorchSharp;

namespace MetaTrain.Learning.Tests.Experiments;

/// <summary>
/// The production path under constantly forced collections: TorchSharp frees what nothing refers to even while libtorch reads it.
/// METATRAIN_STRESS_OPERATIONS asks for more tensor operations than the tests' own: 5000000 takes minutes.
/// </summary>
[Collection(nameof(ProcessWide))]
public sealed class GarbageCollectionTests(ITestOutputHelper output)
{
    private const long DefaultOperations = 20_000;
    private const string FewSteps = """{ "kind": "lstm-optimizer", "innerSteps": 4, "truncation": 2 }""";
    private const string OperationsVariable = "METATRAIN_STRESS_OPERATIONS";

    [Fact]
    public void TwoWorkers_GiveTheSameParameters_UnderForcedCollections()
    {
        var asked = Environment.GetEnvironmentVariable(OperationsVariable) is { } text
            ? long.Parse(text, CultureInfo.InvariantCulture)
            : DefaultOperations;
        var (one, two) = OnOwnThread(() => (TrainAll(1, ComputePath.Autograd).Operations, TrainAll(2, ComputePath.Autograd).Operations));
        var iterations = (int)Math.Max(1, 2 + (((asked / 2) - one) / (two - one)));
        Compare(iterations, ComputePath.Fused);
        var operations = Compare(iterations, ComputePath.Autograd);
        Assert.True(operations >= asked, $"Only {operations} operations were made of {asked}.");
    }

    private long Compare(int iterations, ComputePath path)
    {
        var quiet = OnOwnThread(() => TrainAll(iterations, path));

        using var done = new ManualResetEventSlim();
        var collections = 0;
        var collector = new Thread(() =>
        {
            for (; !done.IsSet; collections++)
            {
                GC.Collect(0, GCCollectionMode.Forced, blocking: true);
                done.Wait(TimeSpan.FromMilliseconds(1), CancellationToken.None);
            }
        });
        collector.Start();
        var workers = new (string Hash, long Operations)[2];
        var failures = new Exception?[2];
        var threads = Enumerable.Range(0, 2).Select(index => new Thread(() =>
        {
            try
            {
                workers[index] = TrainAll(iterations, path);
            }
            catch (Exception exception)
            {
                failures[index] = exception;
            }
        })).ToArray();
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        done.Set();
        collector.Join();

        var operations = workers.Sum(worker => worker.Operations);
        output.WriteLine($"{path}: {operations} tensors made by 2 workers, {collections} collections forced, SHA-256 {quiet.Hash}");
        Assert.All(failures, Assert.Null);
        Assert.All(workers, worker => Assert.Equal(quiet.Hash, worker.Hash));
        Assert.True(collections > 10, $"Only {collections} collections were forced.");
        return operations;
    }

    /// <summary>Every method on both kinds of network; the hash of all parameters, and how many tensors were made. Meta-optimizers make none.</summary>
    private static (string Hash, long Operations) TrainAll(int iterations, ComputePath path)
    {
        var before = DisposeScopeManager.Statistics.CreatedInScopeCount;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var method in AlgorithmRegistry.All.Entries)
        {
            foreach (var model in new[] { Specs.TwoLayers, """{ "kind": "conv4", "filters": 2 }""" })
            {
                var meta = $$"""{ "iterations": {{iterations}}, "tasksPerIteration": 4, "optimizer": "adam" }""";
                var spec = Specs.Of(method.Kind == "lstm-optimizer" ? FewSteps : $$"""{ "kind": "{{method.Kind}}" }""", model, meta);

                // A method without a fused path takes the other one.
                var chosen = path == ComputePath.Fused ? (ComputePath?)null : path;
                var trainer = new MetaTrainer(Experiment.Create(spec, new BlobSource(2, 1, 1, 0.5f, 1, 8, 8), chosen), tasksPerIteration: 4, blockSize: 2);
                trainer.Train(iterations, cancellationToken: TestContext.Current.CancellationToken);
                hash.AppendData(MemoryMarshal.AsBytes(trainer.Parameters.Span));
            }
        }

        return (Convert.ToHexStringLower(hash.GetHashAndReset()), DisposeScopeManager.Statistics.CreatedInScopeCount - before);
    }

    private static T OnOwnThread<T>(Func<T> compute)
    {
        T? result = default;
        var thread = new Thread(() => result = compute());
        thread.Start();
        thread.Join();
        return result!;
    }
}
