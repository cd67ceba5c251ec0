using System.Text.Json;
using System.Text.Json.Serialization;

namespace MetaTrain.Abstractions.Specs;

/// <summary>Reads canonical specs with code that was made while building: a cluster starts sooner than with reflection.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(JobSpec))]
internal sealed partial class JobSpecJson : JsonSerializerContext;
