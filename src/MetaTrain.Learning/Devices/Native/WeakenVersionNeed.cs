// Compiled by MSBuild while it builds (see TorchNative.targets), not into any assembly of ours.
using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Writes a copy of a 64-bit ELF library in which the need for one symbol version is weak (VER_FLG_WEAK): the loader of a
/// system whose library lacks that version then loads it all the same. That is only right where nothing is ever looked up
/// under that version, so the task fails unless no relocation refers to any symbol that carries it.
/// The source is only read; the copy appears under its name whole or not at all, as a file of its own (never through a link).
/// </summary>
public sealed class WeakenVersionNeed : Task
{
    private const int RelocationSize = 24;
    private const ushort Weak = 2;

    private byte[] _file;

    /// <summary>The library as its package ships it.</summary>
    [Required]
    public string Source { get; set; }

    /// <summary>The copy to write.</summary>
    [Required]
    public string Destination { get; set; }

    /// <summary>The symbol version, for instance GLIBCXX_3.4.32.</summary>
    [Required]
    public string Version { get; set; }

    public override bool Execute()
    {
        try
        {
            _file = File.ReadAllBytes(Source);
            Weaken();
            Write();
        }
        catch (Exception e) when (e is InvalidDataException || e is IOException || e is UnauthorizedAccessException)
        {
            Log.LogError("The native library {0} could not be made to load on systems without {1}: {2} "
                + "Build with -p:WeakenTorchVersionNeed=false to use the library as its package ships it.", Source, Version, e.Message);
        }

        return !Log.HasLoggedErrors;
    }

    private void Weaken()
    {
        Check(_file.Length >= 64 && U32(0) == 0x464C457F && _file[4] == 2 && _file[5] == 1, "it is not a 64-bit little-endian ELF file.");
        List<Section> sections = ReadSections();
        List<int> entries = FindVersionNeed(sections, out ushort version);
        if (entries.Count == 0)
        {
            return;
        }

        Check(entries.Count == 1, $"it needs that version from {entries.Count} libraries, where one was expected.");
        CheckNothingIsLookedUp(sections, version);
        int flags = entries[0] + 4;
        _file[flags] |= (byte)Weak;
    }

    private List<Section> ReadSections()
    {
        int table = Offset(40);
        int size = U16(58);
        int count = U16(60);
        Check(size == 64 && count > 0, "its section headers are missing.");
        var sections = new List<Section>(count);
        for (int i = 0; i < count; i++)
        {
            int header = table + (i * size);
            sections.Add(new Section(U32(header + 4), (int)U32(header + 40), header));
        }

        return sections;
    }

    /// <summary>The offsets of the Elf64_Vernaux entries of the version, and the index that symbols refer to it by.</summary>
    private List<int> FindVersionNeed(List<Section> sections, out ushort version)
    {
        version = 0;
        var found = new List<int>();
        Section needs = sections.Find(s => s.Type == Section.VersionNeeds);
        if (needs == null)
        {
            return found;
        }

        Check(needs.Link < sections.Count, "its version needs name no string table.");
        int names = Start(sections[needs.Link]);
        for (int need = Start(needs), next = -1; next != 0; need += next)
        {
            Check(U16(need) == 1, "its version needs have an unknown format.");
            int aux = need + (int)U32(need + 8);
            for (int i = U16(need + 2); i > 0; i--)
            {
                if (Text(names + (int)U32(aux + 8)) == Version)
                {
                    found.Add(aux);
                    version = U16(aux + 6);
                }

                aux += (int)U32(aux + 12);
            }

            next = (int)U32(need + 12);
        }

        return found;
    }

    private void CheckNothingIsLookedUp(List<Section> sections, ushort version)
    {
        Section versions = sections.Find(s => s.Type == Section.SymbolVersions);
        Check(versions != null, "it has no table of symbol versions.");
        int first = Start(versions);
        var carriers = new HashSet<uint>();
        for (int i = 0; i < Size(versions) / 2; i++)
        {
            if ((U16(first + (2 * i)) & 0x7FFF) == version)
            {
                carriers.Add((uint)i);
            }
        }

        foreach (Section relocations in sections.FindAll(s => s.Type == Section.Relocations))
        {
            int start = Start(relocations);
            for (int entry = start; entry < start + Size(relocations); entry += RelocationSize)
            {
                uint symbol = U32(entry + 12);
                Check(!carriers.Contains(symbol), $"it really uses symbol {symbol} of that version.");
            }
        }
    }

    private void Write()
    {
        string temporary = Destination + "." + Guid.NewGuid().ToString("N");
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(Destination)));
        File.WriteAllBytes(temporary, _file);
        File.Delete(Destination);
        File.Move(temporary, Destination);
    }

    private int Start(Section section) => Offset(section.Header + 24);

    private int Size(Section section) => Offset(section.Header + 32);

    private int Offset(int at)
    {
        ulong value = U32(at) | ((ulong)U32(at + 4) << 32);
        Check(value <= (ulong)_file.Length, "it is cut short.");
        return (int)value;
    }

    private uint U32(int at)
    {
        Check(at >= 0 && at <= _file.Length - 4, "it is cut short.");
        return BitConverter.ToUInt32(_file, at);
    }

    private ushort U16(int at)
    {
        Check(at >= 0 && at <= _file.Length - 2, "it is cut short.");
        return BitConverter.ToUInt16(_file, at);
    }

    private string Text(int at)
    {
        int end = at >= 0 && at < _file.Length ? Array.IndexOf(_file, (byte)0, at) : -1;
        Check(end >= 0, "it is cut short.");
        return Encoding.ASCII.GetString(_file, at, end - at);
    }

    private static void Check(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidDataException(otherwise);
        }
    }

    private sealed class Section
    {
        public const uint Relocations = 4;
        public const uint VersionNeeds = 0x6FFFFFFE;
        public const uint SymbolVersions = 0x6FFFFFFF;

        public Section(uint type, int link, int header)
        {
            Type = type;
            Link = link;
            Header = header;
        }

        public uint Type { get; }

        public int Link { get; }

        public int Header { get; }
    }
}
