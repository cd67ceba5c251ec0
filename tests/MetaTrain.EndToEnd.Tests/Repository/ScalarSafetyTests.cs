using MetaTrain.TestKit.Data;

namespace MetaTrain.EndToEnd.Tests.Repository;

/// <summary>
/// MetaTrain.Learning makes no temporary Scalar (see its BannedSymbols.txt). The analyzer does not see compound assignments
/// (a += b) nor the types of results (nn.Linear(..)); the built assembly shows them.
/// </summary>
public sealed class ScalarSafetyTests
{
    private const string Tensor = "TorchSharp.torch.Tensor";
    private static readonly string[] Families = ["TorchSharp.Modules.", "TorchSharp.torch.optim", "TorchSharp.torch.distributions"];
    private static readonly string[] Operators =
        ["op_Addition", "op_Subtraction", "op_Multiply", "op_Division", "op_Modulus", "op_UnaryNegation", "op_Explicit"];

    private readonly AssemblyReferences _learning =
        AssemblyReferences.Of(Path.Combine(SourceTree.OutputOf("src/MetaTrain.Learning"), "MetaTrain.Learning.dll"));

    [Fact]
    public void Learning_UsesTensors() => Assert.Contains(Tensor, _learning.Types);

    [Fact]
    public void Learning_CallsNoOperatorOfTensors() =>
        Assert.DoesNotContain(_learning.Members, member => Operators.Any(name => member == $"{Tensor}.{name}"));

    [Fact]
    public void Learning_ConvertsNoNumberToScalar_OnTheWay() => Assert.DoesNotContain("TorchSharp.Scalar.op_Implicit", _learning.Members);

    [Fact]
    public void Learning_UsesNoFamilyThatMakesScalarsInside() =>
        Assert.DoesNotContain(_learning.Types, type => Families.Any(family => type.StartsWith(family, StringComparison.Ordinal)));

    [Fact]
    public void BannedSymbols_NamesEachOperator()
    {
        string banned = File.ReadAllText(SourceTree.Combine("src", "MetaTrain.Learning", "BannedSymbols.txt"));

        Assert.All(Operators, name => Assert.Contains($"M:{Tensor}.{name}(", banned, StringComparison.Ordinal));
    }
}
