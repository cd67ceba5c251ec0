using System.Text;
using System.Text.Json;
using k8s;
using k8s.Models;
using MetaTrain.TestKit.Data;
using MetaTrain.TestKit.Processes;

namespace MetaTrain.EndToEnd.Tests.Deployment;

public sealed class ManifestTests
{
    public static TheoryData<string> Files => [.. Manifests.Files.Select(path => Path.GetRelativePath(Manifests.Folder, path))];

    [Theory]
    [MemberData(nameof(Files))]
    public void File_ParsesStrictly_WhenItHoldsResources(string file) =>
        Assert.NotEmpty(Manifests.Parse(File.ReadAllText(Path.Combine(Manifests.Folder, file))));

    [Fact]
    public void Parse_RefusesAField_WhenItIsMisspelt() =>
        Assert.ThrowsAny<Exception>(() => Manifests.Parse("apiVersion: v1\nkind: Service\nmetadata: { name: a }\nspec: { clusterIp: None }\n"));

    [Fact]
    public async Task Overlay_HoldsAWholeCluster_WhenItIsRendered()
    {
        List<object> rendered = await DevAsync();

        Assert.All(rendered.OfType<IKubernetesObject<V1ObjectMeta>>().Where(item => item is not V1Namespace), item => Assert.Equal("metatrain-dev", item.Metadata.NamespaceProperty));
        Assert.Equal(["metatrain-redis", "metatrain-silo"], rendered.OfType<V1StatefulSet>().Select(set => set.Metadata.Name).Order(StringComparer.Ordinal));
        Assert.Equal(["metatrain-gateway", "metatrain-redis", "metatrain-silo"], rendered.OfType<V1Service>().Select(service => service.Metadata.Name).Order(StringComparer.Ordinal));
        Assert.Equal("1", Assert.Single(rendered.OfType<V1PodDisruptionBudget>()).Spec.MaxUnavailable.Value);
        Assert.Equal(2, rendered.OfType<V1NetworkPolicy>().Count());
    }

    [Fact]
    public async Task Pods_AreSelected_WhenServicesBudgetsAndPoliciesNameLabels()
    {
        List<object> rendered = await DevAsync();
        V1StatefulSet[] sets = [.. rendered.OfType<V1StatefulSet>()];
        IEnumerable<IDictionary<string, string>> selectors =
        [
            .. rendered.OfType<V1Service>().Select(service => service.Spec.Selector),
            .. rendered.OfType<V1PodDisruptionBudget>().Select(budget => budget.Spec.Selector.MatchLabels),
            .. rendered.OfType<V1NetworkPolicy>().Select(policy => policy.Spec.PodSelector.MatchLabels),
            .. sets.Select(set => set.Spec.Selector.MatchLabels),
        ];

        Assert.All(selectors, selector => Assert.Single(sets, set => selector.All(label => set.Spec.Template.Metadata.Labels.Contains(label))));
        Assert.All(sets, set => Assert.Contains(rendered.OfType<V1Service>(), service => service.Metadata.Name == set.Spec.ServiceName && service.Spec.ClusterIP == "None"));
    }

    [Fact]
    public async Task Containers_AreConfined_WhenAPodRuns()
    {
        List<object> rendered = await DevAsync();
        V1PodSpec[] pods =
        [
            .. rendered.OfType<V1StatefulSet>().Select(set => set.Spec.Template.Spec),
            .. rendered.OfType<V1Deployment>().Select(deployment => deployment.Spec.Template.Spec),
        ];
        Assert.Equal(3, pods.Length);
        foreach (V1PodSpec pod in pods)
        {
            Assert.True(pod.SecurityContext.RunAsNonRoot);
            Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
            Assert.False(pod.AutomountServiceAccountToken);
            V1Container container = Assert.Single(pod.Containers);
            Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
            Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
            Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
            Assert.Contains("memory", container.Resources.Limits.Keys);
            Assert.Contains("cpu", container.Resources.Requests.Keys);
            Assert.All(container.Ports ?? [], _ => Assert.NotNull(container.ReadinessProbe));
            Assert.All(container.Ports ?? [], _ => Assert.NotNull(container.LivenessProbe));
        }
    }

    [Fact]
    public async Task Silo_KnowsItselfAndItsStore_WhenItStarts()
    {
        List<object> rendered = await DevAsync();
        V1PodTemplateSpec template = rendered.OfType<V1StatefulSet>().Single(set => set.Metadata.Name == "metatrain-silo").Spec.Template;
        V1Container silo = Assert.Single(template.Spec.Containers);
        Dictionary<string, V1EnvVar> variables = silo.Env.ToDictionary(variable => variable.Name);

        Assert.Equal(["run"], silo.Args);
        Assert.Equal("metadata.name", variables["POD_NAME"].ValueFrom.FieldRef.FieldPath);
        Assert.Equal("status.podIP", variables["POD_IP"].ValueFrom.FieldRef.FieldPath);
        V1SecretKeySelector store = variables["METATRAIN_STORE"].ValueFrom.SecretKeyRef;
        V1Secret secret = Assert.Single(rendered.OfType<V1Secret>(), item => item.Metadata.Name == store.Name);
        var uri = new Uri(Encoding.UTF8.GetString(secret.Data[store.Key]));
        V1Service redis = Assert.Single(rendered.OfType<V1Service>(), service => service.Metadata.Name == uri.Host);
        Assert.Equal(uri.Port, Assert.Single(redis.Spec.Ports).Port);

        string http = silo.Ports.Single(port => port.Name == "http").ContainerPort.ToString(System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(("true", http, "/metrics"), (Annotation(template, "scrape"), Annotation(template, "port"), Annotation(template, "path")));
        Assert.Equal(("/health/ready", "http"), (silo.ReadinessProbe.HttpGet.Path, silo.ReadinessProbe.HttpGet.Port.Value));
        Assert.Equal(("/health/live", "http"), (silo.LivenessProbe.HttpGet.Path, silo.LivenessProbe.HttpGet.Port.Value));

        // What is written must be somewhere that can be written.
        Assert.Contains(silo.VolumeMounts, mount => mount.MountPath == variables["METATRAIN_DATA"].Value);
        Assert.Contains(silo.VolumeMounts, mount => mount.MountPath == "/tmp");
    }

    [Fact]
    public async Task Silo_TakesEveryVariableAndPort_WhenItsHelpIsAsked()
    {
        V1StatefulSet set = Manifests.Parse(File.ReadAllText(Path.Combine(Manifests.Folder, "base", "silo-statefulset.yaml"))).OfType<V1StatefulSet>().Single();
        V1Container silo = Assert.Single(set.Spec.Template.Spec.Containers);
        string program = Path.Combine(SourceTree.OutputOf("src/MetaTrain.Silo"), "MetaTrain.Silo.dll");

        await using ChildProcess process = ChildProcess.StartDotnet([program, "run", "--help"]);
        int code = await process.WaitForExitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        string help = process.Output.ToString();

        Assert.True(code == 0, process.Transcript);
        Assert.All(
            silo.Env.Where(variable => variable.Name.StartsWith("METATRAIN_", StringComparison.Ordinal)),
            variable => Assert.Contains($"[{variable.Name}]", help, StringComparison.Ordinal));
        Assert.All(silo.Ports, port => Assert.Contains($"[default: {port.ContainerPort}]", help, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Redis_LosesNothing_WhenItIsFullOrRestarts()
    {
        List<object> rendered = await DevAsync();
        V1PodSpec pod = rendered.OfType<V1StatefulSet>().Single(set => set.Metadata.Name == "metatrain-redis").Spec.Template.Spec;
        string mounted = pod.Volumes.Single(volume => volume.Name == "config").ConfigMap.Name;
        string[] settings = Assert.Single(rendered.OfType<V1ConfigMap>(), map => map.Metadata.Name == mounted).Data["redis.conf"].Split('\n');

        Assert.Contains("maxmemory-policy noeviction", settings);
        Assert.Contains("appendonly yes", settings);
    }

    [Fact]
    public async Task Dashboard_IsFoundByGrafana_WhenTheOverlayIsApplied()
    {
        V1ConfigMap map = Assert.Single((await DevAsync()).OfType<V1ConfigMap>(), item => item.Metadata.Labels?.ContainsKey("grafana_dashboard") == true);

        using var dashboard = JsonDocument.Parse(Assert.Single(map.Data).Value);
        Assert.Equal("MetaTrain", dashboard.RootElement.GetProperty("title").GetString());
    }

    private static string Annotation(V1PodTemplateSpec template, string name) => template.Metadata.Annotations["prometheus.io/" + name];

    private static async Task<List<object>> DevAsync()
    {
        string? yaml = await Manifests.RenderAsync("dev", TestContext.Current.CancellationToken);
        Assert.SkipUnless(yaml is not null, Manifests.SkipReason);
        return Manifests.Parse(yaml);
    }
}
