using System.Text.Json.Nodes;

namespace MetaTrain.Learning.Options;

/// <summary>Marks a converter whose JSON the schema exporter cannot tell from the type.</summary>
internal interface ISchemaConverter
{
    /// <summary>What its JSON looks like; bounds are put both on the value and on its items.</summary>
    JsonObject Schema { get; }
}
