using System.Text.Json;
using System.Text.Json.Serialization;

namespace MetaTrain.Learning.Options;

/// <summary>Marks an option that is itself one of several kinds.</summary>
internal interface IKindConverter
{
    KindRegistry Registry { get; }
}

/// <summary>An option that is itself one of several kinds, each with options of its own, for instance a schedule.</summary>
/// <typeparam name="TOptions">The kinds' common base.</typeparam>
/// <param name="registry">The kinds.</param>
internal abstract class KindConverter<TOptions>(KindRegistry registry) : JsonConverter<TOptions>, IKindConverter
    where TOptions : class
{
    public KindRegistry Registry { get; } = registry;

    public override TOptions Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return (TOptions)Registry.ReadOptions(document.RootElement, Registry.Section).Options;
    }

    public override void Write(Utf8JsonWriter writer, TOptions value, JsonSerializerOptions options)
    {
        var entry = Registry.Entries.First(entry => entry.OptionsType == value.GetType());
        if (Registry.Shorthand && value.Equals(Activator.CreateInstance(entry.OptionsType)))
        {
            writer.WriteStringValue(entry.Kind);
            return;
        }

        writer.WriteStartObject();
        writer.WriteString(Registry.Discriminator, entry.Kind);
        foreach (var property in options.GetTypeInfo(entry.OptionsType).Properties.Where(property => property.Get is not null))
        {
            writer.WritePropertyName(property.Name);
            JsonSerializer.Serialize(writer, property.Get!(value), property.PropertyType, options);
        }

        writer.WriteEndObject();
    }
}
