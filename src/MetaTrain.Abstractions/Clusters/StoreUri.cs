using System.Diagnostics.CodeAnalysis;

namespace MetaTrain.Abstractions.Clusters;

/// <summary>The address of a store: <c>redis://[user:password@]host[:port][/database]</c>, or <c>rediss://</c> for TLS.</summary>
/// <remarks><see cref="ToString"/> never holds the password: it may be logged and shown.</remarks>
public sealed record StoreUri
{
    /// <summary>The port where none is given.</summary>
    public const int DefaultPort = 6379;

    private const string Form = "expected redis://[user:password@]host[:port][/database], or rediss:// for TLS";

    /// <summary>The host's name or address (an IPv6 address without brackets).</summary>
    public required string Host { get; init; }

    /// <summary>The port.</summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary>The user; null for the server's default user.</summary>
    public string? User { get; init; }

    /// <summary>The password; null for none.</summary>
    public string? Password { get; init; }

    /// <summary>The database's number.</summary>
    public int Database { get; init; }

    /// <summary>True for <c>rediss://</c>.</summary>
    public bool Tls { get; init; }

    /// <summary>True when a text claims to be such an address.</summary>
    public static bool IsStoreUri(string text) =>
        text.StartsWith("redis://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("rediss://", StringComparison.OrdinalIgnoreCase);

    /// <summary>Parses an address.</summary>
    /// <exception cref="FormatException">It is none; the message says why, without the password.</exception>
    public static StoreUri Parse(string text) =>
        TryParse(text, out StoreUri? uri, out string? problem) ? uri : throw new FormatException(problem);

    /// <summary>Parses an address, or says in one sentence why it is none (without the password).</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out StoreUri? uri, [NotNullWhen(false)] out string? problem)
    {
        uri = null;
        problem = null;
        if (string.IsNullOrWhiteSpace(text))
        {
            problem = $"The store's address is empty: {Form}.";
        }
        else if (!IsStoreUri(text) || !Uri.TryCreate(text, UriKind.Absolute, out Uri? parsed) || parsed.Host.Length == 0)
        {
            problem = $"The store's address '{WithoutUserInfo(text)}' is not understood: {Form}.";
        }
        else if (parsed.Query.Length > 0 || parsed.Fragment.Length > 0)
        {
            problem = $"The store's address '{WithoutUserInfo(text)}' has a part after '?' or '#', which has no meaning here: {Form}.";
        }
        else if (!TryParseDatabase(parsed.AbsolutePath, out int database))
        {
            problem = $"The store's address '{WithoutUserInfo(text)}' names the database '{parsed.AbsolutePath.Trim('/')}', which is not a number: {Form}.";
        }
        else
        {
            (string? user, string? password) = SplitUserInfo(parsed.UserInfo);
            uri = new StoreUri
            {
                Host = parsed.Host.Trim('[', ']'),
                Port = parsed.Port > 0 ? parsed.Port : DefaultPort,
                User = user,
                Password = password,
                Database = database,
                Tls = parsed.Scheme.Equals("rediss", StringComparison.OrdinalIgnoreCase),
            };
        }

        return uri is not null;
    }

    /// <summary>The address with its user and password, as <see cref="Parse"/> reads it: for handing to another process, not for showing.</summary>
    public string ToSecretString() => Write(User is null && Password is null
        ? ""
        : $"{Uri.EscapeDataString(User ?? "")}{(Password is null ? "" : ":" + Uri.EscapeDataString(Password))}@");

    /// <summary>The address without user and password.</summary>
    public override string ToString() => Write("");

    private string Write(string userInfo)
    {
        string host = Host.Contains(':') ? $"[{Host}]" : Host;
        return $"{(Tls ? "rediss" : "redis")}://{userInfo}{host}:{Port}{(Database == 0 ? "" : "/" + Database)}";
    }

    private static bool TryParseDatabase(string path, out int database)
    {
        string text = path.Trim('/');
        database = 0;
        return text.Length == 0 || int.TryParse(text, System.Globalization.NumberStyles.None, null, out database);
    }

    /// <summary>As redis-cli reads it: without a colon it is a user; an empty user is the default one.</summary>
    private static (string? User, string? Password) SplitUserInfo(string userInfo)
    {
        if (userInfo.Length == 0)
        {
            return (null, null);
        }

        int colon = userInfo.IndexOf(':');
        string user = Uri.UnescapeDataString(colon < 0 ? userInfo : userInfo[..colon]);
        string? password = colon < 0 ? null : Uri.UnescapeDataString(userInfo[(colon + 1)..]);
        return (user.Length == 0 ? null : user, password);
    }

    private static string WithoutUserInfo(string text)
    {
        int scheme = text.IndexOf("://", StringComparison.Ordinal);
        int at = text.LastIndexOf('@');
        return at < 0 ? text : string.Concat(scheme < 0 ? "" : text.AsSpan(0, scheme + 3), text.AsSpan(at + 1));
    }
}
