using MetaTrain.Abstractions.Specs;

namespace MetaTrain.Abstractions.Tests.Specs;

/// <summary>Each way of getting a spec wrong, with the sentence that it gets.</summary>
public sealed class BrokenSpecTests
{
    private const string Valid = """
        name: a job
        seed: 7
        data: { dataset: omniglot, ways: 5, shots: 1 }
        model: { kind: conv4, filters: 64 }
        algorithm:
          kind: maml
          order: second
          innerSteps: 1
          innerLearningRate: 0.4
        meta: { iterations: 1000, tasksPerIteration: 32, optimizer: adam, learningRate: 1e-3 }
        evaluation:
          validation: { every: 500 }
          final: { split: test, innerSteps: [1, 3] }
        """;

    public static TheoryData<string, string, string> Replacements => new()
    {
        // what is written, what is written instead, the sentence
        { "innerSteps: 1\n", "inerSteps: 1\n", "'algorithm.inerSteps' (line 8) is not a key of algorithm 'maml'; did you mean 'innerSteps'?" },
        { "innerSteps: 1\n", "innerSteps: one\n", "'algorithm.innerSteps' (line 8) is \"one\", but must be a whole number from 1 to 100." },
        { "innerSteps: 1\n", "innerSteps: 0\n", "'algorithm.innerSteps' (line 8) is 0, but must be a whole number from 1 to 100." },
        { "innerSteps: 1\n", "innerSteps: 1.5\n", "'algorithm.innerSteps' (line 8) is 1.5, but must be a whole number from 1 to 100." },
        { "innerSteps: 1\n", "innerSteps: \"1\"\n", "'algorithm.innerSteps' (line 8) is \"1\", but must be a whole number from 1 to 100; write it without quotes." },
        { "order: second", "order: secnod", "'algorithm.order' (line 7) is \"secnod\", but must be one of first, second; did you mean 'second'?" },
        { "order: second", "distance: cosine", "'algorithm.distance' (line 7) is not a key of algorithm 'maml'; it belongs to 'protonet'." },
        { "order: second", "learningRate: 0.1", "'algorithm.learningRate' (line 7) is not a key of algorithm 'maml'; did you mean 'meta.learningRate'?" },
        { "order: second", "iterations: 5", "'algorithm.iterations' (line 7) is not a key of algorithm 'maml'; did you mean 'meta.iterations'?" },
        { "order: second", "learnRates: yes", "'algorithm.learnRates' (line 7) is \"yes\", but must be true or false." },
        { "innerLearningRate: 0.4", "innerLearningRate: -0.4", "'algorithm.innerLearningRate' (line 9) is -0.4, but must be a number greater than 0." },
        { "innerLearningRate: 0.4", "innerLearningRate: .inf", "'algorithm.innerLearningRate' (line 9) is .inf, but must be a number greater than 0." },
        { "kind: maml", "kind: mmal", "'algorithm.kind' (line 6) is \"mmal\", but must be one of maml, protonet; did you mean 'maml'?" },
        { "  kind: maml\n", "", "'algorithm.kind' is missing from 'algorithm' (line 5); it must be one of maml, protonet." },
        { "kind: conv4", "kind: transformer", "'model.kind' (line 4) is \"transformer\", but must be one of mlp, conv4, conv." },
        { "filters: 64", "filter: 64", "'model.filter' (line 4) is not a key of model 'conv4'; did you mean 'filters'?" },
        { "filters: 64", "filters: 4096", "'model.filters' (line 4) is 4096, but must be a whole number from 1 to 1024." },
        { "model: { kind: conv4, filters: 64 }", "model: conv4", "'model' (line 4) is \"conv4\", but must be a section with the key 'kind'." },
        { "model: { kind: conv4, filters: 64 }\n", "", "'model' is missing; it must be a section with the key 'kind'." },
        { "model: { kind: conv4, filters: 64 }", "model:", "'model' (line 4) is empty, but must be a section with the key 'kind'." },
        { "seed: 7", "sede: 7", "'sede' (line 2) is not a key of a job spec; did you mean 'seed'?" },
        { "seed: 7", "seed: -1", "'seed' (line 2) is -1, but must be a whole number from 0 to 18446744073709551615." },
        { "seed: 7", "seed: 18446744073709551616", "'seed' (line 2) is 18446744073709551616, but must be a whole number from 0 to 18446744073709551615." },
        { "name: a job", "name: 5", "'name' (line 1) is 5, but must be text of 1 to 100 characters." },
        { "name: a job", "name: \"a\\tjob\"", "'name' (line 1) is \"a\tjob\", but must be one line of visible characters." },
        { "shots: 1", "shots: [1]", "'data.shots' (line 3) is [1], but must be a whole number of at least 1." },
        { "shots: 1", "augment: [rotate-clases]", "'data.augment[0]' (line 3) is \"rotate-clases\", but must be one of rotate-classes, shift; did you mean 'rotate-classes'?" },
        { "shots: 1", "augment: [shift, shift]", "'data.augment' (line 3) is [\"shift\", \"shift\"], but must be a list without repetitions, each one of rotate-classes, shift." },
        { "iterations: 1000", "iterations: 0", "'meta.iterations' (line 10) is 0, but must be a whole number from 1 to 1000000000." },
        { "iterations: 1000, ", "", "'meta.iterations' is missing from 'meta' (line 10); it must be a whole number from 1 to 1000000000." },
        { "tasksPerIteration: 32", "tasksPerIteration: 0", "'meta.tasksPerIteration' (line 10) is 0, but must be a whole number from 1 to 65536." },
        { "optimizer: adam", "optimizer: adm", "'meta.optimizer' (line 10) is \"adm\", but must be one of adam, sgd; did you mean 'adam'?" },
        { "optimizer: adam", "schedule: cosin", "'meta.schedule' (line 10) is \"cosin\", but must be one of constant, cosine, or a section with the key 'kind'; did you mean 'cosine'?" },
        { "optimizer: adam", "beta1: 1", "'meta.beta1' (line 10) is 1, but must be a number of at least 0 and less than 1." },
        { "optimizer: adam", "momentum: 0.9", "'meta.momentum' (line 10) is not a key of meta 'adam'; it belongs to 'sgd'." },
        { "every: 500", "every: 5000", "'evaluation.validation.every' (line 12) is 5000, but must be at most 'meta.iterations', which is 1000." },
        { "split: test", "split: tset", "'evaluation.final.split' (line 13) is \"tset\", but must be one of train, validation, test; did you mean 'test'?" },
        { "split: test", "at: first", "'evaluation.final.at' (line 13) is \"first\", but must be one of best, last." },
        { "split: test", "episodes: 1", "'evaluation.final.episodes' (line 13) is 1, but must be a whole number from 2 to 1000000." },
        { "innerSteps: [1, 3]", "innerSteps: [1, -3]", "'evaluation.final.innerSteps[1]' (line 13) is -3, but must be a whole number from 0 to 10000." },
        { "innerSteps: [1, 3]", "innerSteps: many", "'evaluation.final.innerSteps' (line 13) is \"many\", but must be a whole number from 0 to 10000 or a list of at most 100 items without repetitions, each a whole number from 0 to 10000." },
        { "seed: 7", "plan: { blockSize: 12 }", "'plan.blockSize' (line 2) is 12, but must be a power of two." },
        { "seed: 7", "checkpoint: { keepLast: 0 }", "'checkpoint.keepLast' (line 2) is 0, but must be a whole number from 1 to 1000." },
        { "seed: 7", "resources: { device: gpu }", "'resources.device' (line 2) is \"gpu\", but must be one of auto, cpu, cuda." },
        { "seed: 7", "resources: { precision: bfloat16 }", "'resources.precision' (line 2) is \"bfloat16\", but must be one of float32, tf32, bf16." },
        { "seed: 7", "resources: { device: cpu, precision: tf32 }", "'resources.precision' (line 2) is \"tf32\", but must be float32 or bf16 where 'resources.device' is \"cpu\"." },
        { "seed: 7", "resources: { device: cuda }\nplan: { path: fused }", "'plan.path' (line 3) is \"fused\", but must be left out, or autograd, where 'resources.device' is \"cuda\"." },
        { "seed: 7", "resources: { precision: bf16 }\nplan: { path: fused }", "'plan.path' (line 3) is \"fused\", but must be left out, or autograd, where 'resources.precision' is \"bf16\"." },
        { "seed: 7", "initialize: { at: best }", "'initialize.from' is missing from 'initialize' (line 2); it must be text of 1 to 1000 characters." },
        { "seed: 7", "initialize: { from: job-1, at: lats }", "'initialize.at' (line 2) is \"lats\", but must be last, best or an iteration; did you mean 'last'?" },
        { "seed: 7", "seed: 7\nseed: 8", "Line 3, column 1: the key 'seed' stands twice in one section (first in line 2); keep one of them." },
        { "  order: second", "\torder: second", "Line 7, column 1: YAML is not indented by tabs; use spaces." },
        { "seed: 7", "seed: *other", "Line 2, column 7: the alias '*other' refers to no anchor that is complete before it." },
        { "seed: 7", "seed: !!int 7", "Line 2, column 7: the tag 'tag:yaml.org,2002:int' is not supported; leave it out." },
        { "seed: 7", "? [a]\n: 7", "Line 2, column 3: a key must be a single word." },
        { "seed: 7\n", "seed: 7\n---\n", "Line 3, column 1: a second document starts here; a spec is one document." },
    };

    [Theory]
    [MemberData(nameof(Replacements))]
    public void Read_SaysOneSentence_WhenOneThingIsWrong(string written, string instead, string sentence)
    {
        Assert.Contains(written, Valid, StringComparison.Ordinal);

        JobSpecReading reading = TestSchema.Reader.Read(Valid.Replace(written, instead, StringComparison.Ordinal));

        Assert.False(reading.IsValid);
        Assert.Null(reading.Spec);
        Assert.Equal([sentence], reading.Problems.Select(problem => problem.Sentence));
    }

    [Fact]
    public void Read_AcceptsTheSpec_WhenNothingIsReplaced() =>
        Assert.Empty(TestSchema.Reader.Read(Valid).Problems);
}
