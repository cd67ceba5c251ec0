using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace MetaTrain.EndToEnd.Tests.Repository;

/// <summary>What a built assembly refers to, read from its metadata: nothing of it is loaded.</summary>
internal sealed record AssemblyReferences(string Path, IReadOnlySet<string> Assemblies, IReadOnlySet<string> Types, IReadOnlySet<string> Members)
{
    public static AssemblyReferences Of(string path)
    {
        Assert.True(File.Exists(path), $"{path} is not built: build Cluster.sln in the same configuration as the tests.");
        using var file = new PEReader(File.OpenRead(path));
        MetadataReader reader = file.GetMetadataReader();
        return new AssemblyReferences(
            path,
            reader.AssemblyReferences.Select(handle => reader.GetString(reader.GetAssemblyReference(handle).Name)).ToHashSet(),
            reader.TypeReferences.Select(handle => NameOf(reader, handle)).ToHashSet(),
            reader.MemberReferences.Select(handle => NameOf(reader, reader.GetMemberReference(handle))).OfType<string>().ToHashSet());
    }

    // Members of a generic type's instance have another kind of parent: none of the types asked about is generic.
    private static string? NameOf(MetadataReader reader, MemberReference member) => member.Parent.Kind == HandleKind.TypeReference
        ? $"{NameOf(reader, (TypeReferenceHandle)member.Parent)}.{reader.GetString(member.Name)}"
        : null;

    private static string NameOf(MetadataReader reader, TypeReferenceHandle handle)
    {
        TypeReference type = reader.GetTypeReference(handle);
        string name = reader.GetString(type.Name);
        return type.ResolutionScope.Kind == HandleKind.TypeReference
            ? $"{NameOf(reader, (TypeReferenceHandle)type.ResolutionScope)}.{name}"
            : $"{reader.GetString(type.Namespace)}.{name}";
    }
}
