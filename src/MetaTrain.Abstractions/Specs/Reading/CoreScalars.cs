using System.Globalization;
using System.Text.RegularExpressions;

namespace MetaTrain.Abstractions.Specs.Reading;

/// <summary>Resolves unquoted scalars by the core schema of YAML 1.2 (section 10.3.2): <c>yes</c> and <c>on</c> are text, <c>1e-3</c> is a number.</summary>
internal static partial class CoreScalars
{
    public static SpecScalar Resolve(string text, SpecPosition position)
    {
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return new SpecScalar(position, ScalarKind.Null, "null");
            case "true" or "True" or "TRUE":
                return new SpecScalar(position, ScalarKind.Boolean, "true");
            case "false" or "False" or "FALSE":
                return new SpecScalar(position, ScalarKind.Boolean, "false");
        }

        if (TryInteger(text, out Int128 integer))
        {
            return new SpecScalar(position, ScalarKind.Integer, text) { Integer = integer, Number = (double)integer };
        }

        return TryNumber(text, out double number)
            ? new SpecScalar(position, ScalarKind.Number, text) { Number = number }
            : new SpecScalar(position, ScalarKind.Text, text);
    }

    public static SpecScalar Quoted(string text, SpecPosition position) => new(position, ScalarKind.Text, text) { Quoted = true };

    private static bool TryInteger(string text, out Int128 value)
    {
        value = 0;
        if (Decimal().IsMatch(text))
        {
            // More digits than fit: the caller reads it as a floating-point number.
            return Int128.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
        }

        if (text.Length is > 2 and <= 34 && text.StartsWith("0x", StringComparison.Ordinal))
        {
            return Int128.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value) && value >= 0;
        }

        if (text.Length is > 2 and <= 42 && text.StartsWith("0o", StringComparison.Ordinal) && text.AsSpan(2).IndexOfAnyExceptInRange('0', '7') < 0)
        {
            foreach (char digit in text.AsSpan(2))
            {
                value = (value * 8) + (digit - '0');
            }

            return true;
        }

        return false;
    }

    private static bool TryNumber(string text, out double value)
    {
        switch (text)
        {
            case ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF":
                value = double.PositiveInfinity;
                return true;
            case "-.inf" or "-.Inf" or "-.INF":
                value = double.NegativeInfinity;
                return true;
            case ".nan" or ".NaN" or ".NAN":
                value = double.NaN;
                return true;
        }

        value = 0;
        return Float().IsMatch(text) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }

    [GeneratedRegex(@"^[-+]?[0-9]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Decimal();

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Float();
}
