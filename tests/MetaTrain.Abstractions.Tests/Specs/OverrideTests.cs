using MetaTrain.Abstractions.Specs;

namespace MetaTrain.Abstractions.Tests.Specs;

public sealed class OverrideTests
{
    private const string Spec = """
        name: small
        data: { dataset: sinusoid }
        model: { kind: mlp }
        algorithm: { kind: maml }
        meta: { iterations: 10, tasksPerIteration: 4 }
        """;

    [Fact]
    public void Read_LaysOverridesOverTheDocument_WhenTheyAreGiven()
    {
        JobSpec spec = TestSchema.Reader.Read(
            Spec,
            ["meta.iterations=20", "evaluation.final.innerSteps=[0, 1]", "name=a=b", "meta.learningRate=1e-2", "meta.iterations=30", "seed=5"]).Spec!;

        Assert.Equal(30, spec.Meta.Iterations);
        Assert.Equal([0, 1], spec.Evaluation.Final.InnerSteps);
        Assert.Equal("a=b", spec.Name);
        Assert.Equal(0.01, spec.Meta.Section.GetProperty("learningRate").GetDouble());
        Assert.Equal(5UL, spec.Seed);
    }

    [Fact]
    public void Read_ReplacesAWholeSection_WhenTheValueIsOne() =>
        Assert.Equal("protonet", TestSchema.Reader.Read(Spec, ["algorithm={ kind: protonet }"]).Spec!.Algorithm.GetProperty("kind").GetString());

    [Theory]
    [InlineData("iterations", "The override 'iterations' (--set) must have the form key=value, with dots between the sections of the key.")]
    [InlineData("=5", "The override '=5' (--set) must have the form key=value, with dots between the sections of the key.")]
    [InlineData("meta..iterations=5", "The override 'meta..iterations=5' (--set) must have the form key=value, with dots between the sections of the key.")]
    [InlineData("meta.iterations=-5", "'meta.iterations' (--set) is -5, but must be a whole number from 1 to 1000000000.")]
    [InlineData("checkpoint.keepBest=0", "'checkpoint.keepBest' (--set) is 0, but must be a whole number from 1 to 100.")]
    [InlineData("checkpoint.keepBest=101", "'checkpoint.keepBest' (--set) is 101, but must be a whole number from 1 to 100.")]
    [InlineData("meta.iteration=5", "'meta.iteration' (--set) is not a key of meta 'adam'; leave it out, or use one of optimizer, learningRate, beta1, schedule.")]
    [InlineData("seeed=5", "'seeed' (--set) is not a key of a job spec; did you mean 'seed'?")]
    [InlineData("name.first=x", "'name.first' (--set) cannot be set, because 'name' (line 1) is a value and not a section.")]
    [InlineData("plan.blockSize=3", "'plan.blockSize' (--set) is 3, but must be a power of two.")]
    public void Read_SaysOneSentence_WhenAnOverrideIsWrong(string overrideText, string sentence)
    {
        SpecProblem problem = Assert.Single(TestSchema.Reader.Read(Spec, [overrideText]).Problems);

        Assert.Equal(sentence, problem.Sentence);
        Assert.Null(problem.Line);
    }

    [Fact]
    public void Read_NamesTheKeyAndTheFault_WhenAnOverridesValueIsNotYaml() =>
        Assert.Equal(
            "The override 'seed=[1' (--set) sets 'seed' to what is not valid YAML; check its brackets and quotes.",
            Assert.Single(TestSchema.Reader.Read(Spec, ["seed=[1"]).Problems).Sentence);
}
