namespace MetaTrain.EndToEnd.Tests.Cluster;

/// <summary>Small jobs that exercise everything: 14 tasks in 7 blocks (no power of two), validation while training, a final evaluation.</summary>
internal static class TinySpecs
{
    public static readonly IReadOnlyDictionary<string, string> Algorithms = new Dictionary<string, string>
    {
        ["maml"] = "{ kind: maml, order: second, innerSteps: 1, innerLearningRate: 0.4 }",
        ["maml-by-autograd"] = "{ kind: maml, order: second, innerSteps: 1, innerLearningRate: 0.4 }",
        ["maml-wide"] = "{ kind: maml, order: second, innerSteps: 1, innerLearningRate: 0.4 }",
        ["fomaml"] = "{ kind: maml, order: first, innerSteps: 2, innerLearningRate: 0.4 }",
        ["anil"] = "{ kind: anil, innerSteps: 2, innerLearningRate: 0.4 }",
        ["reptile"] = "{ kind: reptile, innerOptimizer: adam, innerSteps: 3, innerLearningRate: 0.001 }",
        ["meta-sgd"] = "{ kind: meta-sgd, innerSteps: 1 }",
        ["maml-plus-plus"] = "{ kind: maml-plus-plus, innerSteps: 2, innerLearningRate: 0.4 }",
        ["imaml"] = "{ kind: imaml, innerSteps: 4, innerLearningRate: 0.1, regularization: 1, conjugateGradientSteps: 3 }",
        ["hsml"] = "{ kind: hsml, width: 8, embedding: 8, innerSteps: 1, innerLearningRate: 0.4, reconstruction: 0.01 }",
        ["lstm-optimizer"] = "{ kind: lstm-optimizer, metaLoss: query, innerSteps: 4, truncation: 2, hiddenUnits: 4 }",
        ["proto-net"] = "{ kind: proto-net }",
        ["matching-net"] = "{ kind: matching-net, fullContext: true, processingSteps: 2 }",
        ["relation-net"] = "{ kind: relation-net, filters: 8 }",
        ["gnn"] = "{ kind: gnn, heads: 2, blocks: 2, edgeWidth: 8, width: 8 }",
        ["meta-net"] = "{ kind: meta-net, width: 8, generatorWidth: 6 }",
        ["gaussian-proto"] = "{ kind: gaussian-proto, sampled: true, samples: 3 }",
        ["proto-transfer"] = "{ kind: proto-transfer, innerSteps: 3 }",
    };

    // Those that the fused path does not compute, and one that it does.
    private static readonly string[] ByAutograd = ["maml-by-autograd", "hsml", "lstm-optimizer"];

    // Parameters and gradients of so many filters do not travel in messages: silos fetch them from each other.
    private const int Wide = 32;

    public static string Glyphs(string algorithm, long iterations = 12, int validateEvery = 5) => $$"""
        name: tiny-{{algorithm}}
        seed: 11
        data: { dataset: glyphs, ways: 5, shots: 1, queries: 2 }
        model: { kind: conv4, filters: {{(algorithm.EndsWith("wide", StringComparison.Ordinal) ? Wide : 8)}} }
        algorithm: {{Algorithms[algorithm]}}
        meta: { iterations: {{iterations}}, tasksPerIteration: 14, optimizer: adam, learningRate: 0.001 }
        evaluation:
          validation: { every: {{validateEvery}}, episodes: 20 }
          final: { split: test, episodes: 40 }
        checkpoint: { every: 5 }
        plan: { blockSize: 2, path: {{(ByAutograd.Contains(algorithm) ? "autograd" : "fused")}} }
        """;
}
