using System.Text.Json;
using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Options;

namespace MetaTrain.Learning.Tests.Algorithms;

/// <summary>What is set and could change nothing is refused: whoever set it expects that it does.</summary>
public sealed class OptionsWithoutEffectTests
{
    [Theory]
    [InlineData("""{ "kind": "gaussian-proto", "samples": 20 }""", "algorithm.samples is 20, but sampled is false: set it to true, or leave samples out.")]
    [InlineData("""{ "kind": "matching-net", "processingSteps": 3 }""", "algorithm.processingSteps is 3, but fullContext is false: set it to true, or leave processingSteps out.")]
    [InlineData("""{ "kind": "proto-transfer", "views": 2 }""", "algorithm.views is 2, but concatenate is false: set it to true, or leave views out.")]
    [InlineData("""{ "kind": "proto-transfer", "scale": 2.5 }""", "algorithm.scale is 2.5, but concatenate is false: set it to true, or leave scale out.")]
    [InlineData("""{ "kind": "meta-net", "augmentEmbedding": false, "representationSteps": 2 }""", "algorithm.representationSteps is 2, but augmentEmbedding is false: set it to true, or leave representationSteps out.")]
    [InlineData("""{ "kind": "maml-plus-plus", "order": "first", "firstOrderIterations": 30 }""", "algorithm.firstOrderIterations is 30, but order is first: set it to second, or leave firstOrderIterations out.")]
    [InlineData("""{ "kind": "imaml", "conjugateGradientSteps": 0, "damping": 0.5 }""", "algorithm.damping is 0.5, but conjugateGradientSteps is 0: take at least 1, or leave damping out.")]
    [InlineData("""{ "kind": "maml-plus-plus", "multiStepLoss": false, "multiStepIterations": 30 }""", "algorithm.multiStepIterations is 30, but multiStepLoss is false: set it to true, or leave multiStepIterations out.")]
    [InlineData("""{ "kind": "maml-plus-plus", "innerSteps": 1, "multiStepIterations": 30 }""", "algorithm.multiStepIterations is 30, but innerSteps is 1: take more, or leave multiStepIterations out.")]
    [InlineData("""{ "kind": "reptile", "innerBeta2": 0.9 }""", "algorithm.innerBeta2 is 0.9, but innerOptimizer is sgd: set it to adam, or leave innerBeta2 out.")]
    [InlineData("""{ "kind": "lstm-optimizer", "preprocessing": "none", "preprocessingP": 5 }""", "algorithm.preprocessingP is 5, but preprocessing is none: set it to log-and-sign, or leave preprocessingP out.")]
    [InlineData("""{ "kind": "hsml", "clusters": [1], "variance": 0.5 }""", "algorithm.variance is 0.5, but clusters is [1], and nothing is assigned: take more clusters, or leave variance out.")]
    [InlineData("""{ "kind": "gnn", "blocks": 1, "width": 32 }""", "algorithm.width is 32, but blocks is 1, and the last block adds nothing: take more blocks, or leave width out.")]
    public void Read_RefusesInOneSentence_WhatHasNoEffect(string algorithm, string sentence) =>
        Assert.Equal(sentence, Assert.Throws<OptionsException>(() => Read(algorithm)).Message);

    [Theory]
    [InlineData("""{ "kind": "gaussian-proto", "sampled": true, "samples": 20 }""")]
    [InlineData("""{ "kind": "gaussian-proto", "samples": 10 }""")]
    [InlineData("""{ "kind": "matching-net", "fullContext": true, "processingSteps": 3 }""")]
    [InlineData("""{ "kind": "matching-net", "processingSteps": 5 }""")]
    [InlineData("""{ "kind": "proto-transfer", "concatenate": true, "views": 2, "scale": 2.5 }""")]
    [InlineData("""{ "kind": "proto-transfer", "views": 1, "scale": 10 }""")]
    [InlineData("""{ "kind": "meta-net", "augmentEmbedding": true, "representationSteps": 2 }""")]
    [InlineData("""{ "kind": "meta-net", "augmentEmbedding": false, "representationSteps": 5 }""")]
    [InlineData("""{ "kind": "maml-plus-plus", "order": "second", "firstOrderIterations": 30 }""")]
    [InlineData("""{ "kind": "maml-plus-plus", "order": "first", "firstOrderIterations": 0 }""")]
    [InlineData("""{ "kind": "imaml", "conjugateGradientSteps": 1, "damping": 0.5 }""")]
    [InlineData("""{ "kind": "imaml", "conjugateGradientSteps": 0, "damping": 0 }""")]
    [InlineData("""{ "kind": "maml-plus-plus", "innerSteps": 2, "multiStepIterations": 30 }""")]
    [InlineData("""{ "kind": "reptile", "innerOptimizer": "adam", "innerBeta2": 0.9 }""")]
    [InlineData("""{ "kind": "lstm-optimizer", "preprocessingP": 5 }""")]
    [InlineData("""{ "kind": "hsml", "clusters": [2, 1], "variance": 0.5 }""")]
    [InlineData("""{ "kind": "gnn", "blocks": 2, "width": 32 }""")]
    public void Read_TakesWhatHasAnEffect_AndDefaults(string algorithm) => Read(algorithm);

    private static void Read(string algorithm) => AlgorithmRegistry.All.Read(JsonSerializer.Deserialize<JsonElement>(algorithm));
}
