using System.Text.Json.Nodes;
using MetaTrain.Abstractions.Specs;
using MetaTrain.Abstractions.Specs.Validation;

namespace MetaTrain.Abstractions.Tests.Specs.Validation;

public sealed class SchemaReaderTests
{
    [Theory]
    [InlineData("""{ "type": "string", "pattern": "^a" }""", "The schema's #/pattern is a keyword that the validator does not enforce.")]
    [InlineData("""{ "type": "text" }""", "The schema's #/type names the unknown type 'text'.")]
    [InlineData("""{ "$ref": "#/$defs/absent" }""", "The schema's # refers to '#/$defs/absent', which is not there.")]
    [InlineData("""{ "$ref": "other.json" }""", "The schema's # refers outside of the document, to 'other.json'.")]
    [InlineData("""{ "$defs": { "a": { "$ref": "#/$defs/a" } }, "$ref": "#/$defs/a" }""", "The schema's #/$defs/a refers in a circle, by '#/$defs/a'.")]
    [InlineData("""{ "oneOf": [ { "properties": { "a": {} } }, { "properties": { "b": {} } } ] }""", "The schema's #/oneOf has no key that selects one of its alternatives.")]
    public void Read_RefusesASchema_WhenTheValidatorWouldNotEnforceIt(string schema, string message)
    {
        var exception = Assert.Throws<InvalidDataException>(() => SchemaReader.Read(JsonNode.Parse(schema)!.AsObject()));

        Assert.Equal(message, exception.Message);
    }

    [Fact]
    public void Read_FollowsReferences_WhenDefinitionsAreShared()
    {
        SchemaNode schema = SchemaReader.Read(JsonNode.Parse(
            """{ "$defs": { "count": { "type": "integer", "minimum": 1 } }, "properties": { "a": { "$ref": "#/$defs/count", "default": 3 } } }""")!.AsObject());

        SchemaNode count = schema.Find("a")!.Schema;
        Assert.Equal([SchemaType.Integer], count.Types);
        Assert.Equal("1", count.Range.Minimum!.Text);
        Assert.NotNull(count.Default);
    }

    [Fact]
    public void Root_CanBeRead_WhenItIsTheBuildsOwnSchema()
    {
        Assert.Equal(
            ["name", "seed", "priority", "data", "model", "algorithm", "meta", "evaluation", "checkpoint", "resources", "plan", "initialize"],
            SpecSchema.Root.Properties.Select(property => property.Key));
        Assert.NotEmpty(JobSpecReader.JsonSchema);
    }
}
