using System.Runtime.InteropServices;
using System.Text;
using MetaTrain.Learning.Devices;

namespace MetaTrain.Learning.Tests.Devices;

/// <summary>The calls into NVIDIA's driver, with functions of the same form in its place.</summary>
public sealed class CudaDriverTests : IDisposable
{
    private const int NoDevice = 100;
    private const int InvalidDevice = 101;

    // The functions' addresses are valid as long as these are alive.
    private readonly Dictionary<string, Delegate> _functions;
    private readonly List<string> _calls = [];
    private int _answerOfInit;
    private int _answerOfMemory;

    public CudaDriverTests() => _functions = new(StringComparer.Ordinal)
    {
        ["cuInit"] = (Init)(_ => _answerOfInit),
        ["cuDeviceGet"] = (GetDevice)((nint device, int index) => Write(index < 2, device, 40 + index)),
        ["cuDeviceGetName"] = (GetName)((name, length, device) =>
        {
            byte[] text = Encoding.UTF8.GetBytes($"NVIDIA H100 80GB HBM3 ({device})\0");
            Assert.True(text.Length <= length);
            Marshal.Copy(text, 0, name, text.Length);
            return 0;
        }),
        ["cuDeviceGetAttribute"] = (GetAttribute)((value, attribute, _) => Write(true, value, attribute == 75 ? 9 : 0)),
        ["cuDevicePrimaryCtxRetain"] = (GetDevice)((context, device) =>
        {
            _calls.Add($"retain {device}");
            Marshal.WriteIntPtr(context, 77);
            return 0;
        }),
        ["cuCtxPushCurrent_v2"] = (Push)(context => Call($"push {context}")),
        ["cuMemGetInfo_v2"] = (GetMemory)((free, total) =>
        {
            Marshal.WriteInt64(free, 3L << 30);
            Marshal.WriteInt64(total, 80L << 30);
            return _answerOfMemory;
        }),
        ["cuCtxPopCurrent_v2"] = (Push)(_ => Call("pop")),
        ["cuDevicePrimaryCtxRelease_v2"] = (Release)(device => Call($"release {device}")),
    };

    [Fact]
    public void Describe_TellsNameAndComputeCapability()
    {
        (string name, int major, int minor) = Driver().Describe(1);

        Assert.Equal(("NVIDIA H100 80GB HBM3 (41)", 9, 0), (name, major, minor));
    }

    [Fact]
    public void BytesInUse_IsWhatIsNotFree_AndLeavesTheThreadAsItWas()
    {
        Assert.Equal(77L << 30, Driver().BytesInUse(0));

        Assert.Equal(["retain 40", "push 77", "pop", "release 40"], _calls);
    }

    [Fact]
    public void BytesInUse_LeavesTheThreadAsItWas_WhenTheDriverFails()
    {
        _answerOfMemory = 999;

        TorchUnavailableException failure = Assert.Throws<TorchUnavailableException>(() => Driver().BytesInUse(0));

        Assert.Contains("cuMemGetInfo with the error 999", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["retain 40", "push 77", "pop", "release 40"], _calls);
    }

    [Fact]
    public void Describe_NamesTheFunctionAndItsError_WhenThereIsNoSuchGpu() =>
        Assert.Contains($"cuDeviceGet with the error {InvalidDevice}", Assert.Throws<TorchUnavailableException>(() => Driver().Describe(2)).Message, StringComparison.Ordinal);

    [Fact]
    public void Problem_SaysWhatTheDriverAnswers()
    {
        _answerOfInit = NoDevice;

        CudaDriver driver = Driver();

        Assert.Equal("NVIDIA's driver answers cuInit with the error 100", driver.Problem);
        Assert.Contains(driver.Problem!, Assert.Throws<TorchUnavailableException>(() => driver.Describe(0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Problem_SaysThatThereIsNoDriver() => Assert.Equal("NVIDIA's driver is not installed", new CudaDriver(_ => 0).Problem);

    public void Dispose() => GC.KeepAlive(_functions);

    private CudaDriver Driver() =>
        new(name => _functions.TryGetValue(name, out Delegate? function) ? Marshal.GetFunctionPointerForDelegate(function) : 0);

    private int Call(string what)
    {
        _calls.Add(what);
        return 0;
    }

    private static int Write(bool isValid, nint target, int value)
    {
        Marshal.WriteInt32(target, value);
        return isValid ? 0 : InvalidDevice;
    }

    private delegate int Init(uint flags);

    private delegate int GetDevice(nint result, int argument);

    private delegate int GetName(nint name, int length, int device);

    private delegate int GetAttribute(nint value, int attribute, int device);

    private delegate int Push(nint context);

    private delegate int GetMemory(nint free, nint total);

    private delegate int Release(int device);
}
