using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Services.Identity;

namespace ImageUtils.Core.Tests.Services.Identity;

/// <summary>clouds.yaml and its companions, and the variables OS_*.</summary>
public sealed class CloudProfilesTests : IDisposable
{
    private const string Demo = """
        clouds:
          demo:
            auth:
              auth_url: http://127.0.0.1:5000/v3
              username: demo
              password: 12345
              project_name: demo
              user_domain_name: Default
              project_domain_id: default
            region_name: RegionOne
            interface: internal
            identity_api_version: 3
            verify: false
            cert: ~/client.pem
            key: keys/client.key
          other:
            auth_url: https://keystone.example/identity
            auth_type: v3applicationcredential
            auth: {application_credential_id: abc, application_credential_secret: s}
            cacert: /ca.pem
            endpoint_type: adminURL
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);

    public CloudProfilesTests()
    {
        Directory.CreateDirectory(_folder.File("work"));
        Directory.CreateDirectory(_folder.File("home/.config/openstack"));
        Directory.CreateDirectory(_folder.File("etc"));
        _variables["HOME"] = _folder.File("home");
    }

    private CloudEnvironment Environment => new() { Variables = _variables, WorkingDirectory = _folder.File("work"), SystemFolders = [_folder.File("etc")] };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_cloud_is_read_with_all_it_says()
    {
        Write("work/clouds.yaml", Demo);
        CloudProfile cloud = CloudProfiles.Load("demo", Environment);
        Assert.Equal(("RegionOne", "internal"), (cloud.Region, cloud.Interface));
        IdentitySettings identity = cloud.Identity;
        Assert.Equal(AuthenticationMethod.Password, identity.Method);
        Assert.Equal("http://127.0.0.1:5000/v3", identity.AuthUrl!.OriginalString);
        Assert.Equal(("demo", "12345", "demo", "Default", "default"), (identity.UserName, identity.Password!.Reveal(), identity.ProjectName, identity.UserDomainName, identity.ProjectDomainId));
        Assert.True(cloud.Transport.SkipCertificateCheck);
        Assert.Equal(_folder.File("home/client.pem"), cloud.Transport.ClientCertificatePath);
        Assert.Equal(_folder.File("work/keys/client.key"), cloud.Transport.ClientKeyPath);
    }

    [Fact]
    public void An_application_credential_and_old_spellings_are_understood()
    {
        Write("work/clouds.yaml", Demo);
        CloudProfile cloud = CloudProfiles.Load("other", Environment);
        Assert.Equal(AuthenticationMethod.ApplicationCredential, cloud.Identity.Method);
        Assert.Equal(("abc", "s"), (cloud.Identity.ApplicationCredentialId, cloud.Identity.ApplicationCredentialSecret!.Reveal()));
        Assert.Equal("admin", cloud.Interface);
        Assert.Equal("/ca.pem", cloud.Transport.CaCertificatePath);
        Assert.False(cloud.Transport.SkipCertificateCheck);
    }

    [Theory]
    [InlineData("work/clouds.yaml")]
    [InlineData("work/clouds.yml")]
    [InlineData("home/.config/openstack/clouds.yaml")]
    [InlineData("etc/clouds.yaml")]
    public void It_is_found_in_the_places_where_every_client_looks(string place)
    {
        Write(place, Demo);
        Assert.Equal("demo", CloudProfiles.Load("demo", Environment).Name);
    }

    [Fact]
    public void The_nearer_place_wins_and_a_variable_wins_over_all()
    {
        Write("etc/clouds.yaml", Cloud("demo", "http://etc"));
        Write("home/.config/openstack/clouds.yaml", Cloud("demo", "http://home"));
        Assert.Equal("http://home/", CloudProfiles.Load("demo", Environment).Identity.AuthUrl!.AbsoluteUri);
        Write("work/clouds.yaml", Cloud("demo", "http://work"));
        Assert.Equal("http://work/", CloudProfiles.Load("demo", Environment).Identity.AuthUrl!.AbsoluteUri);
        Write("named.yaml", Cloud("demo", "http://named"));
        _variables["OS_CLIENT_CONFIG_FILE"] = _folder.File("named.yaml");
        Assert.Equal("http://named/", CloudProfiles.Load("demo", Environment).Identity.AuthUrl!.AbsoluteUri);
        _variables["OS_CLIENT_CONFIG_FILE"] = _folder.File("missing.yaml");
        Assert.Throws<InvalidOptionFileException>(() => CloudProfiles.Load("demo", Environment));
    }

    [Fact]
    public void Secrets_of_secure_yaml_lie_over_the_rest()
    {
        Write("work/clouds.yaml", Demo);
        Write("etc/secure.yaml", "clouds: {demo: {auth: {password: from-secure}}}");
        IdentitySettings identity = CloudProfiles.Load("demo", Environment).Identity;
        Assert.Equal(("demo", "from-secure"), (identity.UserName, identity.Password!.Reveal()));
    }

    [Fact]
    public void A_profile_lies_beneath_a_cloud()
    {
        Write("work/clouds.yaml", "clouds: {mine: {profile: vendor, region_name: own, auth: {username: u, password: p}}}");
        Write("work/clouds-public.yaml", "public-clouds: {vendor: {auth: {auth_url: 'https://vendor/v3', username: nobody}, region_name: theirs, interface: internal}}");
        CloudProfile cloud = CloudProfiles.Load("mine", Environment);
        Assert.Equal(("own", "internal", "u", "https://vendor/v3"), (cloud.Region, cloud.Interface, cloud.Identity.UserName, cloud.Identity.AuthUrl!.OriginalString));
        Write("work/clouds.yaml", "clouds: {mine: {profile: nobody}}");
        Assert.Throws<InvalidOptionFileException>(() => CloudProfiles.Load("mine", Environment));
    }

    [Fact]
    public void A_region_of_a_list_may_have_values_of_its_own()
    {
        Write("work/clouds.yaml", "clouds: {r: {auth: {auth_url: 'http://k'}, regions: [{name: A, values: {interface: internal}}, B]}}");
        Assert.Equal(("A", "internal"), (CloudProfiles.Load("r", Environment).Region, CloudProfiles.Load("r", Environment).Interface));
        _variables["OS_CLOUD"] = "r";
        _variables["OS_REGION_NAME"] = "B";
        Assert.Equal(("B", "public"), (CloudProfiles.Load(null, Environment).Region, CloudProfiles.Load(null, Environment).Interface));
        _variables["OS_REGION_NAME"] = "C";
        Assert.Throws<InvalidOptionException>(() => CloudProfiles.Load(null, Environment));
    }

    [Fact]
    public void The_variables_make_a_cloud_of_their_own()
    {
        Assert.False(CloudProfiles.IsNamedBy(Environment));
        foreach ((string name, string value) in new[]
        {
            ("OS_AUTH_URL", "http://k:5000"), ("OS_USERNAME", "u"), ("OS_PASSWORD", "p"), ("OS_TENANT_NAME", "t"), ("OS_USER_DOMAIN_NAME", "ud"),
            ("OS_DEFAULT_DOMAIN", "dd"), ("OS_REGION_NAME", "r"), ("OS_INTERFACE", "admin"), ("OS_INSECURE", "true"), ("OS_CACERT", "ca.pem"),
        })
        {
            _variables[name] = value;
        }

        Assert.True(CloudProfiles.IsNamedBy(Environment));
        CloudProfile cloud = CloudProfiles.Load(null, Environment);
        Assert.Equal(("envvars", "r", "admin"), (cloud.Name, cloud.Region, cloud.Interface));
        Assert.Equal(("u", "t", "ud", "dd"), (cloud.Identity.UserName, cloud.Identity.ProjectName, cloud.Identity.UserDomainName, cloud.Identity.ProjectDomainId));
        Assert.Null(cloud.Identity.UserDomainId);
        Assert.True(cloud.Transport.SkipCertificateCheck);
    }

    [Fact]
    public void A_cloud_that_is_named_wins_over_the_variables()
    {
        Write("work/clouds.yaml", Demo);
        _variables["OS_AUTH_URL"] = "http://variables";
        Assert.Equal("http://127.0.0.1:5000/v3", CloudProfiles.Load("demo", Environment).Identity.AuthUrl!.OriginalString);
        _variables["OS_CLOUD"] = "demo";
        Assert.Equal("demo", CloudProfiles.Load(null, Environment).Name);
        Assert.Equal("envvars", CloudProfiles.Load("envvars", Environment).Name);
    }

    [Fact]
    public void A_cloud_that_is_not_there_is_told_with_those_that_are()
    {
        Assert.Throws<CloudNotFoundException>(() => CloudProfiles.Load("demo", Environment));
        Write("work/clouds.yaml", Demo);
        var e = Assert.Throws<CloudNotFoundException>(() => CloudProfiles.Load("nobody", Environment));
        Assert.Contains("demo, other", e.Message, StringComparison.Ordinal);
        Assert.Throws<CloudNotFoundException>(() => CloudProfiles.Load(null, Environment));
    }

    [Fact]
    public void The_only_cloud_needs_no_name()
    {
        Write("work/clouds.yaml", Cloud("lonely", "http://k"));
        Assert.Equal("lonely", CloudProfiles.Load(null, Environment).Name);
    }

    [Fact]
    public void A_service_that_asks_nobody_needs_its_address()
    {
        Write("work/clouds.yaml", "clouds: {open: {auth_type: none, auth: {endpoint: 'http://127.0.0.1:9292'}}, empty: {auth_type: none}}");
        CloudProfile cloud = CloudProfiles.Load("open", Environment);
        Assert.Equal((AuthenticationMethod.None, "http://127.0.0.1:9292"), (cloud.Identity.Method, cloud.ImageEndpoint!.OriginalString));
        Assert.Throws<InvalidOptionException>(() => CloudProfiles.Load("empty", Environment));
    }

    [Theory]
    [InlineData("auth_type: v3oidcpassword", typeof(NotSupportedOperationException))]
    [InlineData("identity_api_version: '2.0'", typeof(InvalidOptionException))]
    [InlineData("interface: sideways", typeof(InvalidOptionException))]
    [InlineData("verify: perhaps", typeof(InvalidOptionException))]
    [InlineData("system_scope: all", typeof(NotSupportedOperationException))]
    [InlineData("image_endpoint_override: 'ftp://x'", typeof(InvalidOptionException))]
    [InlineData("image_endpoint_override: 'http://user:word@x/'", typeof(InvalidOptionException))]
    public void What_cannot_be_done_is_said(string line, Type type)
    {
        Write("work/clouds.yaml", $"clouds:\n  c:\n    auth: {{auth_url: 'http://k'}}\n    {line}\n");
        Exception e = Record.Exception(() => CloudProfiles.Load("c", Environment))!;
        Assert.IsType(type, e);
        Assert.DoesNotContain("word@", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("clouds: [")]
    [InlineData("- a\n- b")]
    [InlineData("clouds: !!python/object/apply:os.system ['id']")]
    [InlineData("clouds: !<tag:x,2000:y> {}")]
    [InlineData("clouds: *nobody")]
    [InlineData("clouds: {<<: [5]}")]
    [InlineData("? [a, b]\n: c")]
    public void What_is_no_good_file_is_refused_without_a_quotation(string text)
    {
        Write("work/clouds.yaml", "# secret-word\n" + text);
        var e = Assert.Throws<InvalidOptionFileException>(() => CloudProfiles.Load("c", Environment));
        Assert.DoesNotContain("secret-word", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Bombs_of_aliases_depth_and_size_do_no_harm()
    {
        string bomb = "a0: &a0 {x: y}\n" + string.Concat(Enumerable.Range(1, 60).Select(i => $"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 10))}]\n"));
        Write("work/clouds.yaml", bomb + Cloud("c", "http://k"));
        Assert.Equal("c", CloudProfiles.Load("c", Environment).Name);
        string merges = "a0: &a0 {" + string.Join(',', Enumerable.Range(0, 500).Select(i => $"k{i}: 1")) + "}\n"
            + string.Concat(Enumerable.Range(1, 500).Select(i => $"b{i}: {{<<: *a0}}\n"));
        Write("work/clouds.yaml", merges);
        Assert.Throws<InvalidOptionFileException>(() => CloudProfiles.Load("c", Environment));
        Write("work/clouds.yaml", "clouds: " + new string('[', 5000));
        Assert.Throws<InvalidOptionFileException>(() => CloudProfiles.Load("c", Environment));
        Write("work/clouds.yaml", new string(' ', 2 << 20));
        Assert.Throws<InvalidOptionFileException>(() => CloudProfiles.Load("c", Environment));
        Write("work/clouds.yaml", "clouds: &a {<<: *a}");
        Assert.Throws<InvalidOptionFileException>(() => CloudProfiles.Load("c", Environment));
    }

    [Fact]
    public void Anchors_and_merges_are_understood()
    {
        Write("work/clouds.yaml", "base: &base {auth_url: 'http://k', username: one}\nclouds: {c: {auth: {<<: *base, username: two, password: ~}}}");
        IdentitySettings identity = CloudProfiles.Load("c", Environment).Identity;
        Assert.Equal(("http://k/", "two"), (identity.AuthUrl!.AbsoluteUri, identity.UserName));
        Assert.Null(identity.Password);
    }

    [Fact]
    public void A_file_of_JSON_is_one_too()
    {
        Write("work/clouds.json", """{"clouds": {"c": {"auth": {"auth_url": "http://k"}, "verify": false}}}""");
        Assert.True(CloudProfiles.Load("c", Environment).Transport.SkipCertificateCheck);
    }

    private static string Cloud(string name, string address) => $"clouds: {{{name}: {{auth: {{auth_url: '{address}'}}}}}}\n";

    private void Write(string name, string text) => System.IO.File.WriteAllText(_folder.File(name), text);
}
