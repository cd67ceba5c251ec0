using MetaTrain.Learning.Options;

namespace MetaTrain.Learning.Tests.Options;

/// <summary>The schema that MetaTrain.Abstractions embeds is the one that the options records declare.</summary>
public sealed class LearningSchemaTests
{
    private const string WriteVariable = "METATRAIN_WRITE_SCHEMA";

    [Fact]
    public void CommittedSchema_IsWhatTheOptionsDeclare_WhenExportedAfresh()
    {
        var path = Path.Combine(RepositoryRoot(), "src", "MetaTrain.Abstractions", "Specs", "learning.schema.json");
        var fresh = SchemaExporter.ToText(SchemaExporter.Export(LearningSections.All));
        if (Environment.GetEnvironmentVariable(WriteVariable) == "1")
        {
            File.WriteAllText(path, fresh);
        }

        Assert.True(
            File.Exists(path) && File.ReadAllText(path).ReplaceLineEndings("\n") == fresh,
            $"{path} is not what the options declare. Write it anew: {WriteVariable}=1 dotnet run --project tests/MetaTrain.Learning.Tests -c Release -- -class {typeof(LearningSchemaTests).FullName}");
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Cluster.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException($"No Cluster.sln above {AppContext.BaseDirectory}: run the tests from a checkout.");
    }
}
