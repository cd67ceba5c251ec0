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
    public void Read_TakesWhatHasAnEffect_AndDefaults(string algorithm) => Read(algorithm);

    private static void Read(string algorithm) => AlgorithmRegistry.All.Read(JsonSerializer.Deserialize<JsonElement>(algorithm));
}
