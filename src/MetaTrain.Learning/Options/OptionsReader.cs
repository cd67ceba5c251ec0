using System.Collections;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace MetaTrain.Learning.Options;

/// <summary>
/// Reads options records from JSON, strictly: camelCase names, enums as kebab-case strings, nothing unknown, nothing twice, nothing
/// out of its declared range. Members that are absent keep the record's defaults.
/// </summary>
public static class OptionsReader
{
    internal static JsonSerializerOptions Json { get; } = CreateJson();

    /// <summary>Reads one options record.</summary>
    /// <typeparam name="TOptions">A record without constructor parameters.</typeparam>
    /// <param name="section">A JSON object.</param>
    /// <param name="path">Its path in the spec, for messages.</param>
    /// <exception cref="OptionsException">The first thing that is wrong, in one sentence.</exception>
    public static TOptions Read<TOptions>(JsonElement section, string path)
        where TOptions : class => (TOptions)Read(section, typeof(TOptions), path, discriminator: null);

    internal static object Read(JsonElement section, Type type, string path, string? discriminator)
    {
        if (section.ValueKind != JsonValueKind.Object)
        {
            throw new OptionsException(path, $"{path} is {Show(section)}: it must be an object with options.");
        }

        var info = Json.GetTypeInfo(type);
        var options = info.CreateObject?.Invoke()
            ?? throw new InvalidOperationException($"{type.Name} cannot hold options: it needs a constructor without parameters.");
        var properties = info.Properties.ToDictionary(property => property.Name, StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in section.EnumerateObject())
        {
            var memberPath = $"{path}.{member.Name}";
            if (!seen.Add(member.Name))
            {
                throw new OptionsException(memberPath, $"{memberPath} is given twice: give it once.");
            }

            if (member.Name == discriminator)
            {
                continue;
            }

            if (!properties.TryGetValue(member.Name, out var property) || property.Set is null)
            {
                throw new OptionsException(memberPath, $"{memberPath} is not an option here: {Choices(properties.Keys, discriminator)}.");
            }

            var value = ReadValue(member.Value, property, memberPath);
            OptionsValidation.Check(property, value, memberPath);
            property.Set(options, value);
        }

        if (properties.Values.FirstOrDefault(property => property.IsRequired && !seen.Contains(property.Name)) is { } missing)
        {
            throw new OptionsException($"{path}.{missing.Name}", $"{path}.{missing.Name} is missing: it has no default.");
        }

        OptionsValidation.CheckWhole(options, path);
        return options;
    }

    internal static string Show(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Undefined => "missing",
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        _ when value.GetRawText() is { Length: > 60 } text => string.Concat(text.AsSpan(0, 57), "..."),
        _ => value.GetRawText(),
    };

    private static object? ReadValue(JsonElement element, JsonPropertyInfo property, string path)
    {
        if (element.ValueKind == JsonValueKind.Null)
        {
            return property.IsSetNullable && (!property.PropertyType.IsValueType || Nullable.GetUnderlyingType(property.PropertyType) is not null)
                ? null
                : throw new OptionsException(path, $"{path} is null: it must be {Describe(property.PropertyType)}.");
        }

        var info = Json.GetTypeInfo(property.PropertyType);
        if (info.Converter is IKindConverter union)
        {
            return union.Registry.ReadOptions(element, path).Options;
        }

        if (element.ValueKind == JsonValueKind.Array
            && OptionsValidation.ElementType(property.PropertyType) is { } item && Json.GetTypeInfo(item).Converter is IKindConverter each)
        {
            // Read for the sake of messages alone: they say which element is wrong, as the converter cannot.
            for (var index = 0; index < element.GetArrayLength(); index++)
            {
                each.Registry.ReadOptions(element[index], $"{path}[{index}]");
            }
        }

        if (info.Kind == JsonTypeInfoKind.Object)
        {
            return Read(element, property.PropertyType, path, discriminator: null);
        }

        try
        {
            return element.Deserialize(info);
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            throw new OptionsException(path, $"{path} is {Show(element)}: it must be {Describe(property.PropertyType)}.", exception);
        }
    }

    private static string Describe(Type type)
    {
        var bare = Nullable.GetUnderlyingType(type) ?? type;
        return bare switch
        {
            _ when bare == typeof(bool) => "true or false",
            _ when bare == typeof(string) => "text",
            _ when bare == typeof(int) || bare == typeof(long) || bare == typeof(ulong) => "a whole number",
            _ when bare == typeof(CountRange) => "a whole number, or two in a list, the smaller first",
            _ when bare == typeof(float) || bare == typeof(double) => "a number",
            _ when bare.IsEnum => "one of " + string.Join(", ", Enum.GetNames(bare).Select(JsonNamingPolicy.KebabCaseLower.ConvertName)),
            _ when OptionsValidation.ElementType(bare) is { } element => "a list, each " + Describe(element),
            _ when typeof(IEnumerable).IsAssignableFrom(bare) => "a list",
            _ => "an object",
        };
    }

    private static string Choices(IReadOnlyCollection<string> names, string? discriminator)
    {
        var known = names.Concat(discriminator is null ? [] : [discriminator]).Order(StringComparer.Ordinal).ToArray();
        return known.Length == 0 ? "there are none" : "the options are " + string.Join(", ", known);
    }

    private static JsonSerializerOptions CreateJson()
    {
        var json = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            RespectNullableAnnotations = true,
            AllowDuplicateProperties = false,
            TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
            Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) },
        };
        json.MakeReadOnly();
        return json;
    }
}
