using CsCheck;
using MetaTrain.Abstractions.Clusters;

namespace MetaTrain.Abstractions.Tests.Clusters;

public sealed class StoreUriTests
{
    [Theory]
    [InlineData("redis://host", "host", 6379, null, null, 0, false)]
    [InlineData("redis://host:7000/3", "host", 7000, null, null, 3, false)]
    [InlineData("rediss://me:pw@host:7000", "host", 7000, "me", "pw", 0, true)]
    [InlineData("redis://:pw@127.0.0.1", "127.0.0.1", 6379, null, "pw", 0, false)]
    [InlineData("redis://me@[::1]:7000", "::1", 7000, "me", null, 0, false)]
    [InlineData("REDIS://me:a%3Ab%40c@host", "host", 6379, "me", "a:b@c", 0, false)]
    public void Parse_ReadsEveryPart(string text, string host, int port, string? user, string? password, int database, bool tls) =>
        Assert.Equal(
            new StoreUri { Host = host, Port = port, User = user, Password = password, Database = database, Tls = tls },
            StoreUri.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("host:6379")]
    [InlineData("http://me:secret@host")]
    [InlineData("redis://")]
    [InlineData("redis://me:secret@host:port")]
    [InlineData("redis://me:secret@host:99999")]
    [InlineData("redis://me:secret@host/first")]
    [InlineData("redis://me:secret@host/-1")]
    [InlineData("redis://me:secret@host?db=1")]
    public void Parse_RefusesInOneSentenceWithoutThePassword(string text)
    {
        FormatException error = Assert.Throws<FormatException>(() => StoreUri.Parse(text));

        Assert.Contains("expected redis://", error.Message);
        Assert.DoesNotContain("secret", error.Message);
    }

    [Fact]
    public void SecretString_IsReadBackAsItWas_AndTheOtherHasNoPassword() =>
        Gen.Select(Gen.String.Where(s => s.Length > 0), Gen.String, Gen.Int[1, 65_535], Gen.Int[0, 15]).Sample((user, password, port, database) =>
        {
            // A lone surrogate is not text: no encoding brings it back.
            if (user.Concat(password).Any(char.IsSurrogate))
            {
                return;
            }

            var uri = new StoreUri { Host = "host", Port = port, User = user, Password = password, Database = database };
            Assert.Equal(uri, StoreUri.Parse(uri.ToSecretString()));
            Assert.Equal($"redis://host:{port}{(database == 0 ? "" : $"/{database}")}", uri.ToString());
        });
}
