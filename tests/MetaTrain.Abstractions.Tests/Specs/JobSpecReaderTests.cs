using CsCheck;
using MetaTrain.Abstractions.Specs;

namespace MetaTrain.Abstractions.Tests.Specs;

public sealed class JobSpecReaderTests
{
    private const string Minimal = """
        name: small
        data: { dataset: sinusoid }
        model: { kind: mlp }
        algorithm: { kind: maml }
        meta: { iterations: 10, tasksPerIteration: 4 }
        """;

    [Fact]
    public void Read_FillsDefaultsIn_WhenKeysAreLeftOut()
    {
        JobSpec spec = Valid(Minimal).Spec!;

        Assert.Equal("small", spec.Name);
        Assert.Equal(0UL, spec.Seed);
        Assert.Equal(10, spec.Meta.Iterations);
        Assert.Equal(4, spec.Meta.TasksPerIteration);
        Assert.Equal("adam", spec.Meta.Section.GetProperty("optimizer").GetString());
        Assert.Equal(0.001, spec.Meta.Section.GetProperty("learningRate").GetDouble());
        Assert.Equal("constant", spec.Meta.Section.GetProperty("schedule").GetProperty("kind").GetString());
        Assert.Equal(10, spec.Data.GetProperty("shots").GetInt32());
        Assert.Equal(40, spec.Model.GetProperty("hidden")[1].GetInt32());
        Assert.Null(spec.Evaluation.Validation);
        Assert.Empty(spec.Evaluation.Final.InnerSteps);
        Assert.Null(spec.Initialize);
        Assert.Null(spec.Plan.BlockSize);
    }

    [Fact]
    public void Read_AgreesWithTheRecordsDefaults_WhenTheSchemaFillsThemIn()
    {
        JobSpec spec = Valid(Minimal).Spec!;

        // The schema's defaults and those of the records must be one thing.
        Assert.Equivalent(new EvaluationSpec(), spec.Evaluation);
        Assert.Equal(new CheckpointSpec(), spec.Checkpoint);
        Assert.Equal(new ResourcesSpec(), spec.Resources);
        Assert.Equal(new PlanSpec(), spec.Plan);
        Assert.Equal(new ValidationSpec { Every = 5 }, Valid(Minimal + "\nevaluation: { validation: { every: 5 } }").Spec!.Evaluation.Validation);
        Assert.Equal(new InitializeSpec { From = "job-1" }, Valid(Minimal + "\ninitialize: { from: job-1 }").Spec!.Initialize);
    }

    [Fact]
    public void Read_TypesEverySection_WhenAllIsWritten()
    {
        JobSpec spec = Valid("""
            name: everything
            seed: 18446744073709551615
            priority: -3
            data: { dataset: my-images, ways: 20 }
            model: { kind: conv4, pooling: max }
            algorithm: { kind: protonet, temperature: 2 }
            meta: { iterations: 1e4, tasksPerIteration: 0x10, optimizer: sgd, schedule: null }
            evaluation:
              validation: { every: 250, episodes: 100, queries: 5, innerSteps: 2 }
              final: { split: validation, episodes: 50, ways: 5, shots: 2, queries: 15, innerSteps: 3, transductive: false, at: last }
            checkpoint: { every: 7, keepLast: 1, keepBest: 4 }
            resources: { device: cpu, arithmetic: portable, precision: bf16, strict: false }
            plan: { blockSize: 16 }
            initialize: { from: "job-1", at: 1500 }
            """.Replace(", schedule: null", "", StringComparison.Ordinal)).Spec!;

        Assert.Equal(ulong.MaxValue, spec.Seed);
        Assert.Equal(-3, spec.Priority);
        Assert.Equal((10_000L, 16), (spec.Meta.Iterations, spec.Meta.TasksPerIteration));
        Assert.Equal(new ValidationSpec { Every = 250, Episodes = 100, Queries = 5, InnerSteps = 2 }, spec.Evaluation.Validation);
        Assert.Equivalent(
            new FinalEvaluationSpec { Split = "validation", Episodes = 50, Ways = 5, Shots = 2, Queries = 15, InnerSteps = [3], Transductive = false, At = "last" },
            spec.Evaluation.Final,
            strict: true);
        Assert.Equal(new CheckpointSpec { Every = 7, KeepLast = 1, KeepBest = 4 }, spec.Checkpoint);
        Assert.Equal(new ResourcesSpec { Device = "cpu", Arithmetic = "portable", Precision = "bf16", Strict = false }, spec.Resources);
        Assert.Equal(16, spec.Plan.BlockSize);
        Assert.Equal(new InitializeSpec { From = "job-1", At = "1500" }, spec.Initialize);
    }

    [Theory]
    [InlineData("learningRate: 1e-3")]
    [InlineData("learningRate: 0.001")]
    [InlineData("learningRate: 1.0E-03")]
    [InlineData("optimizer: adam")]
    [InlineData("schedule: constant")]
    [InlineData("schedule: { kind: constant }")]
    [InlineData("schedule: {}")]
    [InlineData("beta1: .9")]
    [InlineData("beta1:")]
    public void CanonicalJson_IsTheSame_WhenSpecsMeanTheSame(string key)
    {
        string written = Minimal.Replace("tasksPerIteration: 4", $"tasksPerIteration: 4, {key}", StringComparison.Ordinal);

        Assert.Equal(Valid(Minimal).CanonicalJson, Valid(written).CanonicalJson);
    }

    [Fact]
    public void CanonicalJson_IsTheSame_WhenKeysAreInAnotherOrderOrAnotherNotation()
    {
        const string Reordered = """
            {
              "meta": { "tasksPerIteration": 4.0, "iterations": 10 },
              "algorithm": { "kind": "maml" }, "model": { "kind": "mlp" }, "data": { "dataset": "sinusoid" },
              "evaluation": { "final": { "innerSteps": [] } },
              "name": "small"
            }
            """;

        Assert.Equal(Valid(Minimal).CanonicalJson, Valid(Reordered).CanonicalJson);
        Assert.Equal(Valid(Minimal).CanonicalJson, TestSchema.Reader.ReadJson(Reordered).CanonicalJson);
    }

    [Fact]
    public void CanonicalJson_HoldsOneNumberAsAList_WhenAListMayStandThere() =>
        Assert.Equal(
            Valid(Minimal + "\nevaluation: { final: { innerSteps: 3 } }").CanonicalJson,
            Valid(Minimal + "\nevaluation: { final: { innerSteps: [3] } }").CanonicalJson);

    [Fact]
    public void ReadJson_ReadsItsOwnCanonicalText_WhenASpecIsStoredAndReadAgain()
    {
        string canonical = Valid(Minimal).CanonicalJson!;

        JobSpecReading again = TestSchema.Reader.ReadJson(canonical);

        Assert.Empty(again.Problems);
        Assert.Equal(canonical, again.CanonicalJson);
        Assert.DoesNotContain('\n', canonical);
    }

    [Fact]
    public void Read_NamesEverythingInTheOrderOfTheDocument_WhenSeveralThingsAreWrong()
    {
        JobSpecReading reading = TestSchema.Reader.Read("""
            seed: minus
            meta: { iterations: 10, tasksPerIteration: 4, lerningRate: 1 }
            algorithm: { kind: maml, innerSteps: 0 }
            model: { kind: mlp }
            plan: { blockSize: 3 }
            evaluation: { validation: { every: 50, episode: 5 } }
            data: { dataset: sinusoid }
            """);

        Assert.Equal(
            ["name", "seed", "meta.lerningRate", "algorithm.innerSteps", "plan.blockSize", "evaluation.validation.every", "evaluation.validation.episode"],
            reading.Problems.Select(problem => problem.Path));
        Assert.Equal([null, 1, 2, 3, 5, 6, 6], reading.Problems.Select(problem => problem.Line));
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing but a comment\n")]
    [InlineData("null")]
    public void Read_SaysThatTheSpecIsEmpty_WhenThereIsNothingInIt(string yaml) =>
        Assert.Equal("The spec is empty; it needs at least name, data, model, algorithm and meta.", Assert.Single(TestSchema.Reader.Read(yaml).Problems).Sentence);

    [Fact]
    public void Read_RefusesTheWholeDocument_WhenItIsNotASection() =>
        Assert.Equal("The spec is a list, but must be a section of keys and values.", Assert.Single(TestSchema.Reader.Read("- {}").Problems).Sentence);

    [Fact]
    public void ReadJson_NamesTheLine_WhenJsonOfSeveralLinesIsWrong()
    {
        SpecProblem problem = Assert.Single(
            TestSchema.Reader.ReadJson("{\n\"name\": \"a\", \"data\": {\"dataset\": \"sinusoid\"}, \"model\": {\"kind\": \"mlp\"},\n\"algorithm\": {\"kind\": \"maml\"},\n\"meta\": {\"iterations\": 0, \"tasksPerIteration\": 1}}").Problems);

        Assert.Equal("'meta.iterations' (line 4) is 0, but must be a whole number from 1 to 1000000000.", problem.Sentence);
    }

    [Theory]
    [InlineData("{\"name\": 1", "The spec is not valid JSON at line 1, byte 11.")]
    [InlineData("{\"name\": \"\\ud800\"}", "The spec is not valid JSON: it holds text with half of a surrogate pair.")]
    [InlineData("{\"name\": \"a\", \"name\": \"b\"}", "The key 'name' stands twice in one section; keep one of them.")]
    public void ReadJson_SaysOneSentence_WhenTheTextIsNotJson(string json, string sentence) =>
        Assert.Equal(sentence, Assert.Single(TestSchema.Reader.ReadJson(json).Problems).Sentence);

    [Fact]
    public void Read_RefusesWaysForTasksWithoutClasses_WhenTheDataSectionHasNone() =>
        Assert.Equal(
            "'evaluation.final.ways' (line 6) is 5, but must be left out, because 'data' has no 'ways' (its tasks have no classes).",
            Assert.Single(TestSchema.Reader.Read(Minimal + "\nevaluation: { final: { ways: 5 } }").Problems).Sentence);

    [Fact]
    public void Read_NeverThrows_WhenTextIsDamagedAnywhere()
    {
        string whole = Minimal + "\nevaluation:\n  validation: { every: 5 }\n  final: { innerSteps: [0, 1] }\nx: &a \"q\"\n";
        var edits = Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Int[0, 3], Gen.Char[" \t\n:{}[]\"'&*!|>-?#%@,0a"]).Array[1, 6];

        edits.Sample(changes =>
        {
            string damaged = changes.Aggregate(whole, (text, change) => Damage(text, change.Item1 % text.Length, change.Item2, change.Item3));
            JobSpecReading reading = TestSchema.Reader.Read(damaged);
            Assert.Equal(reading.IsValid, reading.Spec is not null);
            Assert.All(reading.Problems, problem => Assert.Matches(@"\A[^\n]+[.?]\z", problem.Sentence));
        }, iter: 1000);
    }

    private static string Damage(string text, int at, int length, char inserted) =>
        text[..at] + inserted + text[Math.Min(text.Length, at + length)..];

    private static JobSpecReading Valid(string yaml)
    {
        JobSpecReading reading = TestSchema.Reader.Read(yaml);
        Assert.Empty(reading.Problems);
        return reading;
    }
}
