using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace MetaTrain.Storage.Redis.Tests;

public sealed class RedisStorageOptionsTests
{
    [Theory]
    [InlineData("", "metatrain", 5, "address is empty")]
    [InlineData("redis://u:secret@host:port", "metatrain", 5, "is not understood")]
    [InlineData("redis://u:secret@host/x", "metatrain", 5, "'x', which is not a number")]
    [InlineData("host:1,password=secret,nonsense=1", "metatrain", 5, "configuration is not understood")]
    [InlineData("redis://host", "{job}", 5, "(Prefix) '{job}'")]
    [InlineData("redis://host", " ", 5, "(Prefix) ' '")]
    [InlineData("redis://host", "metatrain", 0, "(CommandTimeout)")]
    [InlineData("redis://host", "metatrain", 400, "(CommandTimeout)")]
    public void Options_AreRefusedWithoutTheirPassword_WhenTheyCannotWork(string connection, string prefix, int seconds, string said)
    {
        using ServiceProvider services = new ServiceCollection()
            .AddRedisStorage(new RedisStorageOptions { ConnectionString = connection, Prefix = prefix, CommandTimeout = TimeSpan.FromSeconds(seconds) })
            .BuildServiceProvider();

        OptionsValidationException error = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<RedisConnection>());

        Assert.Contains(said, error.Message);
        Assert.DoesNotContain("secret", error.Message);
    }

    [Fact]
    public void Configuration_HasAllThatTheUriSays()
    {
        ConfigurationOptions configuration = new RedisStorageOptions { ConnectionString = "rediss://me:p%40ss@store.example:7000/3" }.ToConfigurationOptions();

        Assert.Equal("store.example:7000", Assert.Single(configuration.EndPoints).ToString()?.Replace("Unspecified/", "", StringComparison.Ordinal));
        Assert.Equal(("me", "p@ss", 3, true), (configuration.User, configuration.Password, configuration.DefaultDatabase, configuration.Ssl));
    }

    [Fact]
    public void Address_HasNoPassword_HoweverTheStoreIsNamed()
    {
        Assert.Equal("rediss://host:7000/3", new RedisStorageOptions { ConnectionString = "rediss://me:secret@host:7000/3" }.Describe());
        Assert.Equal("host:7000, other:7001", new RedisStorageOptions { ConnectionString = "host:7000,other:7001,password=secret" }.Describe());
    }

    [Theory]
    [InlineData("OOM command not allowed when used memory > 'maxmemory'.", "no memory left")]
    [InlineData("MISCONF Redis is configured to save RDB snapshots", "cannot write to its disk")]
    [InlineData("READONLY You can't write against a read only replica.", "its primary")]
    [InlineData("EXECABORT Transaction discarded because of previous errors.", "refused a write")]
    [InlineData("NOREPLICAS Not enough good replicas to write.", "too few replicas")]
    [InlineData("LOADING Redis is loading the dataset in memory", "not ready yet")]
    [InlineData("NOPERM this user has no permissions", "refused user or password")]
    public void Refusal_IsTheStoresFault_AndSaysTheRemedy(string answer, string said) =>
        Assert.Contains(said, StoreFault.DescribeRefusal(answer, "redis://host:1"));

    [Fact]
    public void Refusal_IsNotTheStoresFault_WhenTheCommandWasWrong() =>
        Assert.Null(StoreFault.DescribeRefusal("WRONGTYPE Operation against a key", "redis://host:1"));
}
