using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;

namespace MetaTrain.Silo.Verbs;

/// <summary>Options that fall back to METATRAIN_ variables: --silo-port reads METATRAIN_SILO_PORT.</summary>
internal sealed class EnvironmentDefault(Func<string, string?> read)
{
    public Option<string> Text(string name, string description, Func<string> fallback) => new(name)
    {
        Description = Describe(name, description),
        DefaultValueFactory = _ => Variable(name) ?? fallback(),
    };

    public Option<int> Number(string name, string description, int fallback) => new(name)
    {
        Description = Describe(name, description),
        DefaultValueFactory = result => Parsed(result, name, fallback, static (string text, out int value) => int.TryParse(text, out value), "a number"),
    };

    public Option<int?> NumberOrNone(string name, string description) => new(name)
    {
        Description = Describe(name, description),
        DefaultValueFactory = result => Variable(name) is null
            ? null
            : Parsed(result, name, 0, static (string text, out int value) => int.TryParse(text, out value), "a number"),
    };

    public Option<T> Choice<T>(string name, string description, T fallback)
        where T : struct, Enum => new(name)
        {
            Description = Describe(name, description),
            DefaultValueFactory = result => Parsed(
                result, name, fallback, static (string text, out T value) => Enum.TryParse(text, ignoreCase: true, out value) && Enum.IsDefined(value),
                string.Join(" or ", Enum.GetNames<T>().Select(choice => choice.ToLowerInvariant()))),
        };

    public Option<IPAddress> Address(string name, string description, Func<string> fallback) => new(name)
    {
        Description = Describe(name, description),
        DefaultValueFactory = result => ParseAddress(result, name, Variable(name) ?? fallback()),
        CustomParser = result => ParseAddress(result, name, result.Tokens[0].Value),
    };

    /// <summary>The variable's value; null when it is unset or empty.</summary>
    public string? Variable(string option) => NonEmpty(VariableName(option));

    public string? NonEmpty(string variable) => read(variable) is { Length: > 0 } value ? value : null;

    private static string Describe(string name, string description) => $"{description} [{VariableName(name)}]";

    private static string VariableName(string option) => "METATRAIN_" + option.TrimStart('-').Replace('-', '_').ToUpperInvariant();

    private static IPAddress ParseAddress(ArgumentResult result, string name, string text)
    {
        if (IPAddress.TryParse(text, out IPAddress? address))
        {
            return address;
        }

        result.AddError($"{name} is '{text}': give an IP address, for a name may mean another one to each silo.");
        return IPAddress.None;
    }

    private T Parsed<T>(ArgumentResult result, string name, T fallback, TryParse<T> parse, string expected)
    {
        if (Variable(name) is not { } text)
        {
            return fallback;
        }

        if (parse(text, out T value))
        {
            return value;
        }

        result.AddError($"{VariableName(name)} is '{text}': give {expected}.");
        return fallback;
    }

    private delegate bool TryParse<T>(string text, out T value);
}
