using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace MetaTrain.Learning.Options;

/// <summary>
/// Checks the attributes that options records carry. A <see cref="RangeAttribute"/> or <see cref="AllowedValuesAttribute"/> on a list
/// speaks of each of its elements, on a <see cref="CountRange"/> of both its ends.
/// </summary>
internal static class OptionsValidation
{
    public static void Check(JsonPropertyInfo property, object? value, string path)
    {
        foreach (var element in Elements(value))
        {
            if (element is double.NaN or double.PositiveInfinity or double.NegativeInfinity or float.NaN or float.PositiveInfinity or float.NegativeInfinity)
            {
                throw new OptionsException(path, $"{path} is too large for a floating-point number: it must be finite.");
            }
        }

        foreach (var attribute in Attributes<ValidationAttribute>(property.AttributeProvider))
        {
            switch (attribute)
            {
                case RangeAttribute range:
                    foreach (var element in Elements(value))
                    {
                        CheckRange(range, element, path);
                    }

                    break;
                case AllowedValuesAttribute allowed:
                    foreach (var element in Elements(value).Where(element => !allowed.Values.Contains(element)))
                    {
                        throw new OptionsException(path, $"{path} is {Text(element)}: it must be one of {string.Join(", ", allowed.Values.Select(Text))}.");
                    }

                    break;
                default:
                    if (!attribute.IsValid(value))
                    {
                        throw new OptionsException(path, attribute.FormatErrorMessage(path));
                    }

                    break;
            }
        }
    }

    /// <summary>Options that depend on each other: a record says so as <see cref="IValidatableObject"/>.</summary>
    public static void CheckWhole(object options, string path)
    {
        if (options is not IValidatableObject validatable)
        {
            return;
        }

        foreach (var result in validatable.Validate(new ValidationContext(options)))
        {
            var member = result.MemberNames.FirstOrDefault();
            var memberPath = member is null ? path : $"{path}.{JsonNamingPolicy.CamelCase.ConvertName(member)}";
            throw new OptionsException(memberPath, $"{memberPath} {result.ErrorMessage}");
        }
    }

    /// <summary>The bounds that a range sets; null where it is the type's own.</summary>
    public static (double? Minimum, double? Maximum) Bounds(RangeAttribute range)
    {
        var (minimum, maximum) = (Number(range.Minimum), Number(range.Maximum));
        return (minimum is double.MinValue or int.MinValue or long.MinValue ? null : minimum,
            maximum is double.MaxValue or int.MaxValue or long.MaxValue ? null : maximum);
    }

    public static IEnumerable<T> Attributes<T>(ICustomAttributeProvider? provider)
        where T : Attribute => provider?.GetCustomAttributes(typeof(T), inherit: true).Cast<T>() ?? [];

    /// <summary>The type of a list's elements; null when the type is no list.</summary>
    public static Type? ElementType(Type type) => type == typeof(string)
        ? null
        : type.GetInterfaces().Append(type)
            .FirstOrDefault(candidate => candidate.IsGenericType && candidate.GetGenericTypeDefinition() == typeof(IEnumerable<>))
            ?.GetGenericArguments()[0];

    private static void CheckRange(RangeAttribute range, object element, string path)
    {
        var (minimum, maximum) = Bounds(range);
        var number = Number(element);
        var low = minimum is { } least && (range.MinimumIsExclusive ? number <= least : number < least);
        var high = maximum is { } most && (range.MaximumIsExclusive ? number >= most : number > most);
        if (!low && !high)
        {
            return;
        }

        var above = minimum is null ? null : (range.MinimumIsExclusive ? "above " : "at least ") + Text(minimum);
        var below = maximum is null ? null : (range.MaximumIsExclusive ? "below " : "at most ") + Text(maximum);
        throw new OptionsException(path, $"{path} is {Text(element)}: it must be {string.Join(" and ", new[] { above, below }.OfType<string>())}.");
    }

    private static IEnumerable<object> Elements(object? value) => value switch
    {
        null => [],
        string => [value],
        CountRange range => [range.Least, range.Most],
        IEnumerable list => list.Cast<object>(),
        _ => [value],
    };

    private static double Number(object value) => Convert.ToDouble(value, CultureInfo.InvariantCulture);

    private static string? Text(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture);
}
