using System.Text.Json;

namespace MetaTrain.Learning.Options;

/// <summary>
/// The kinds of one section and how each is made from its options: a new kind is one options record, one implementation and
/// one call of <see cref="Add"/>. Fill it once, in a static initialiser; reading is safe from any thread.
/// </summary>
/// <typeparam name="TContext">What a factory needs beside options, for instance the shape of the episodes.</typeparam>
/// <typeparam name="TProduct">What is made.</typeparam>
/// <param name="section">The section's name in the spec.</param>
/// <param name="discriminator">The member that chooses the kind.</param>
/// <param name="defaultKind">The kind that stands when the discriminator is absent; null when it must be given.</param>
/// <param name="shorthand">True when the kind alone, as text, stands for an object with nothing but it.</param>
public sealed class Registry<TContext, TProduct>(string section, string discriminator = "kind", string? defaultKind = null, bool shorthand = false)
    : KindRegistry(section, discriminator, defaultKind, shorthand)
{
    /// <summary>Registers a kind.</summary>
    /// <typeparam name="TOptions">The record that declares its options: defaults as initialisers, Description, Range and AllowedValues as attributes.</typeparam>
    /// <param name="kind">Its name in specs.</param>
    /// <param name="description">What it is, in one sentence.</param>
    /// <param name="factory">Makes it.</param>
    /// <param name="aliases">Other names for it.</param>
    /// <returns>This registry, for the next call.</returns>
    public Registry<TContext, TProduct> Add<TOptions>(string kind, string description, Func<TOptions, TContext, TProduct> factory, params string[] aliases)
        where TOptions : class
    {
        AddEntry(new Registration<TContext, TProduct>(kind, description, typeof(TOptions), (options, context) => factory((TOptions)options, context)) { Aliases = aliases });
        return this;
    }

    /// <summary>Registers what every other name stands for.</summary>
    /// <typeparam name="TOptions">The record that declares its options.</typeparam>
    /// <param name="kind">What such names are, in words for messages: "the name of an imported data set".</param>
    /// <param name="description">What it is, in one sentence.</param>
    /// <param name="factory">Makes it.</param>
    /// <returns>This registry, for the next call.</returns>
    public Registry<TContext, TProduct> AddFallback<TOptions>(string kind, string description, Func<TOptions, TContext, TProduct> factory)
        where TOptions : class
    {
        SetFallback(new Registration<TContext, TProduct>(kind, description, typeof(TOptions), (options, context) => factory((TOptions)options, context)));
        return this;
    }

    /// <summary>Reads a section of a spec.</summary>
    /// <param name="section">The section's JSON.</param>
    /// <returns>The kind that it chooses with its options.</returns>
    /// <exception cref="OptionsException">The first thing that is wrong, in one sentence.</exception>
    public Selection<TContext, TProduct> Read(JsonElement section)
    {
        var (entry, kind, options) = ReadOptions(section, Section);
        return new Selection<TContext, TProduct>(kind, options, (Registration<TContext, TProduct>)entry);
    }
}

/// <summary>One kind of a <see cref="Registry{TContext, TProduct}"/>.</summary>
/// <typeparam name="TContext">What the factory needs beside options.</typeparam>
/// <typeparam name="TProduct">What is made.</typeparam>
/// <param name="Kind">Its name in specs.</param>
/// <param name="Description">What it is.</param>
/// <param name="OptionsType">The record that declares its options.</param>
/// <param name="Factory">Makes it from an instance of that record.</param>
public sealed record Registration<TContext, TProduct>(string Kind, string Description, Type OptionsType, Func<object, TContext, TProduct> Factory)
    : KindEntry(Kind, Description, OptionsType);

/// <summary>A kind that a spec chose, with the options it gave.</summary>
/// <typeparam name="TContext">What the factory needs beside options.</typeparam>
/// <typeparam name="TProduct">What is made.</typeparam>
/// <param name="Kind">The name that the spec gave.</param>
/// <param name="Options">An instance of the kind's options record.</param>
/// <param name="Registration">The kind.</param>
public sealed record Selection<TContext, TProduct>(string Kind, object Options, Registration<TContext, TProduct> Registration)
{
    /// <summary>Makes it.</summary>
    public TProduct Create(TContext context) => Registration.Factory(Options, context);
}
