using MetaTrain.Learning.Options;
using MetaTrain.TestKit.Data;

namespace MetaTrain.Learning.Tests.Options;

/// <summary>The schema that MetaTrain.Abstractions embeds is the one that the options records declare.</summary>
public sealed class LearningSchemaTests
{
    private const string WriteVariable = "METATRAIN_WRITE_SCHEMA";

    [Fact]
    public void CommittedSchema_IsWhatTheOptionsDeclare_WhenExportedAfresh()
    {
        var path = SourceTree.Combine("src", "MetaTrain.Abstractions", "Specs", "learning.schema.json");
        var fresh = SchemaExporter.ToText(SchemaExporter.Export(LearningSections.All));
        if (Environment.GetEnvironmentVariable(WriteVariable) == "1")
        {
            File.WriteAllText(path, fresh);
        }

        Assert.True(
            File.Exists(path) && File.ReadAllText(path).ReplaceLineEndings("\n") == fresh,
            $"{path} is not what the options declare. Write it anew: {WriteVariable}=1 dotnet run --project tests/MetaTrain.Learning.Tests -c Release -- -class {typeof(LearningSchemaTests).FullName}");
    }
}
