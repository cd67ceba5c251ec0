using MetaTrain.Learning.Fused;

namespace MetaTrain.Learning.Tests.Fused;

public sealed class WorkspacePoolTests
{
    private readonly List<int> _made = [];
    private readonly WorkspacePool<int, object> _pool;

    public WorkspacePoolTests() => _pool = new(key =>
    {
        _made.Add(key);
        return new object();
    });

    [Fact]
    public void Use_LendsTheSameAgain_AndAnotherWhileItIsLent()
    {
        var first = Use(7);
        Assert.Same(first, Use(7));
        var (outer, inner) = _pool.Use(7, 0, (workspace, _) => (workspace, Use(7)));
        Assert.Same(first, outer);
        Assert.NotSame(outer, inner);
        Assert.Equal([7, 7], _made);
    }

    [Fact]
    public void Use_KeepsAFewKinds_AndForgetsTheOneNotUsedForLongest()
    {
        for (var key = 0; key < WorkspacePool<int, object>.Kinds; key++)
        {
            Use(key);
        }

        Use(0);
        Use(99);
        Use(0);
        Assert.Equal([0, 1, 2, 3, 99], _made);
        Use(1);
        Assert.Equal([0, 1, 2, 3, 99, 1], _made);
    }

    private object Use(int key) => _pool.Use(key, 0, (workspace, _) => workspace);
}
