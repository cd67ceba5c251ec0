using System.Text.Json.Nodes;
using MetaTrain.Abstractions.Specs;
using MetaTrain.Abstractions.Specs.Validation;

namespace MetaTrain.Abstractions.Tests.Specs;

/// <summary>A small schema of the mathematics, in the form that MetaTrain.Learning exports, so that these tests do not change with its options.</summary>
internal static class TestSchema
{
    public static JobSpecReader Reader { get; } = new(SchemaReader.Read(SpecSchema.Compose(SpecSchema.Job(), JsonNode.Parse(Learning)!.AsObject())));

    private const string Learning = """
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "type": "object",
          "properties": {
            "data": {
              "type": "object",
              "oneOf": [
                {
                  "title": "sinusoid", "type": "object", "additionalProperties": false, "required": ["dataset"],
                  "properties": {
                    "dataset": { "const": "sinusoid" },
                    "shots": { "type": "integer", "minimum": 1, "default": 10 },
                    "queries": { "type": "integer", "minimum": 1, "default": 10 }
                  }
                },
                {
                  "title": "omniglot", "type": "object", "additionalProperties": false, "required": ["dataset"],
                  "properties": {
                    "dataset": { "const": "omniglot" },
                    "ways": { "type": "integer", "minimum": 2, "default": 5 },
                    "shots": { "type": "integer", "minimum": 1, "default": 1 },
                    "queries": { "type": "integer", "minimum": 1, "default": 1 },
                    "augment": { "type": "array", "uniqueItems": true, "default": [], "items": { "enum": ["rotate-classes", "shift"] } }
                  }
                },
                {
                  "title": "imported", "type": "object", "additionalProperties": false, "required": ["dataset"],
                  "properties": {
                    "dataset": { "type": "string", "minLength": 1, "not": { "enum": ["sinusoid", "omniglot"] } },
                    "ways": { "type": "integer", "minimum": 2, "default": 5 }
                  }
                }
              ]
            },
            "model": {
              "type": "object",
              "oneOf": [
                {
                  "title": "mlp", "type": "object", "additionalProperties": false, "required": ["kind"],
                  "properties": {
                    "kind": { "const": "mlp" },
                    "hidden": { "type": "array", "items": { "type": "integer", "minimum": 1 }, "minItems": 1, "default": [40, 40] }
                  }
                },
                {
                  "title": "conv4", "type": "object", "additionalProperties": false, "required": ["kind"],
                  "properties": {
                    "kind": { "enum": ["conv4", "conv"] },
                    "filters": { "type": "integer", "minimum": 1, "maximum": 1024, "default": 64 },
                    "pooling": { "enum": ["stride", "max"], "default": "stride" }
                  }
                }
              ]
            },
            "algorithm": {
              "type": "object",
              "oneOf": [
                {
                  "title": "maml", "type": "object", "additionalProperties": false, "required": ["kind"],
                  "properties": {
                    "kind": { "const": "maml" },
                    "order": { "enum": ["first", "second"], "default": "second" },
                    "innerSteps": { "type": "integer", "minimum": 1, "maximum": 100, "default": 1 },
                    "innerLearningRate": { "type": "number", "exclusiveMinimum": 0, "default": 0.4 },
                    "learnRates": { "type": "boolean", "default": false }
                  }
                },
                {
                  "title": "protonet", "type": "object", "additionalProperties": false, "required": ["kind"],
                  "properties": {
                    "kind": { "const": "protonet" },
                    "distance": { "enum": ["euclidean", "cosine"], "default": "euclidean" },
                    "temperature": { "type": ["number", "null"], "exclusiveMinimum": 0, "maximum": 10 }
                  }
                }
              ]
            },
            "meta": {
              "type": "object",
              "oneOf": [
                {
                  "title": "adam", "type": "object", "additionalProperties": false, "required": ["iterations", "tasksPerIteration"],
                  "properties": {
                    "optimizer": { "const": "adam" },
                    "iterations": { "type": "integer" },
                    "tasksPerIteration": { "type": "integer" },
                    "learningRate": { "type": "number", "exclusiveMinimum": 0, "default": 0.001 },
                    "beta1": { "type": "number", "minimum": 0, "exclusiveMaximum": 1, "default": 0.9 },
                    "schedule": {
                      "oneOf": [
                        { "enum": ["constant", "cosine"] },
                        { "type": "object", "additionalProperties": false, "required": [], "properties": { "kind": { "const": "constant" } } },
                        {
                          "type": "object", "additionalProperties": false, "required": ["kind"],
                          "properties": { "kind": { "const": "cosine" }, "final": { "type": "number", "minimum": 0, "default": 0 } }
                        }
                      ],
                      "default": "constant"
                    }
                  }
                },
                {
                  "title": "sgd", "type": "object", "additionalProperties": false, "required": ["optimizer", "iterations", "tasksPerIteration"],
                  "properties": {
                    "optimizer": { "const": "sgd" },
                    "learningRate": { "type": "number", "exclusiveMinimum": 0, "default": 0.01 },
                    "momentum": { "type": "number", "minimum": 0, "maximum": 1, "default": 0 }
                  }
                }
              ]
            }
          }
        }
        """;
}
