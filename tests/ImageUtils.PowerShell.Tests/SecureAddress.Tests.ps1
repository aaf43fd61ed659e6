# Addresses behind TLS with a made authority, a required client certificate and a proxy.

BeforeDiscovery { $hasPython = [bool](Get-Command python3 -CommandType Application -ErrorAction Ignore) }

Describe 'An address behind TLS and a proxy' -Skip:(-not $hasPython) {
    BeforeAll {
        . (Join-Path $PSScriptRoot 'TestSetup.ps1')
        Push-Location $TestDrive
        $env:IMAGEUTILS_IMAGE_CONVERSION_DIRECTORY = Join-Path $TestDrive 'conversion'
        $env:IMAGEUTILS_RETRY_COUNT = 0
        New-Item -ItemType Directory served | Out-Null
        $disk = New-RawDisk -Path (Join-Path $TestDrive 'served/disk.raw')
        Set-Content -LiteralPath served/SHA256SUMS -Value "$((Get-Sha256 $disk).ToLowerInvariant())  disk.raw"

        function Save-Certificate([string] $Name, $Certificate, $Key) {
            Set-Content -LiteralPath "$Name.pem" -Value $Certificate.ExportCertificatePem()
            Set-Content -LiteralPath "$Name.key" -Value $Key.ExportPkcs8PrivateKeyPem()
        }

        $now = [DateTimeOffset]::UtcNow
        $caKey = [Security.Cryptography.ECDsa]::Create([Security.Cryptography.ECCurve+NamedCurves]::nistP256)
        $request = [Security.Cryptography.X509Certificates.CertificateRequest]::new('CN=tests', $caKey, 'SHA256')
        $request.CertificateExtensions.Add([Security.Cryptography.X509Certificates.X509BasicConstraintsExtension]::new($true, $false, 0, $true))
        $ca = $request.CreateSelfSigned($now.AddDays(-2), $now.AddDays(2))
        Save-Certificate ca $ca $caKey
        foreach ($name in 'localhost', 'client') {
            $key = [Security.Cryptography.ECDsa]::Create([Security.Cryptography.ECCurve+NamedCurves]::nistP256)
            $request = [Security.Cryptography.X509Certificates.CertificateRequest]::new("CN=$name", $key, 'SHA256')
            $names = [Security.Cryptography.X509Certificates.SubjectAlternativeNameBuilder]::new()
            $names.AddDnsName($name)
            $request.CertificateExtensions.Add($names.Build())
            $signed = $request.Create($ca, $now.AddDays(-1), $now.AddDays(1), [Security.Cryptography.RandomNumberGenerator]::GetBytes(8))
            Save-Certificate $name $signed $key
        }

        function Start-Server {
            [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '')]
            param([string] $Name, [string[]] $More)
            $free = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
            $free.Start()
            $port = $free.LocalEndpoint.Port
            $free.Stop()
            $words = @((Join-Path $PSScriptRoot '../Services/serve_secure.py'), $port, 'served') + $More
            $process = Start-Process python3 -ArgumentList $words -PassThru -RedirectStandardOutput "$Name.log" -RedirectStandardError "$Name.err"
            foreach ($try in 1..100) {
                try {
                    [Net.Sockets.TcpClient]::new('127.0.0.1', $port).Dispose()
                    return @{ Port = $port; Process = $process }
                }
                catch { Start-Sleep -Milliseconds 100 }
            }
            throw "The server did not start: $(Get-Content -Raw "$Name.err")"
        }

        $secure = Start-Server secure localhost.pem, localhost.key, ca.pem
        $proxy = Start-Server proxy
        $address = "https://localhost:$($secure.Port)/disk.raw"
        $way = @{ CACertificate = './ca.pem'; ClientCertificate = './client.pem'; ClientKey = './client.key' }
    }

    AfterAll {
        $secure.Process, $proxy.Process | Stop-Process
        Pop-Location
        Remove-Item Env:IMAGEUTILS_IMAGE_CONVERSION_DIRECTORY, Env:IMAGEUTILS_RETRY_COUNT
    }

    AfterEach { Remove-Item back.* -ErrorAction Ignore }

    It 'is fetched with an authority, a client certificate and a list of hashes' {
        $result = Invoke-ImageFetch -Uri $address -Destination ./back.raw @way -HashFile "https://localhost:$($secure.Port)/SHA256SUMS" -RequireHash
        $result.IsHashVerified | Should -BeTrue
        Get-Sha256 ./back.raw | Should -Be (Get-Sha256 $disk)
    }

    It 'becomes a volume' -Skip:(-not (Get-Command qemu-img -ErrorAction Ignore)) {
        $list = "https://localhost:$($secure.Port)/SHA256SUMS"
        (Convert-VolumeImage -Uri $address -Destination ./back.qcow2 -OutputFormat qcow2 @way -HashFile $list -RequireHash).VirtualSize | Should -Be 4MB
        (Get-ErrorOf { Convert-VolumeImage -Uri $address -Destination ./back.img @way -ExpectedHash ('0' * 64) -ErrorAction Stop }).FullyQualifiedErrorId | Should -BeLike 'DigestMismatch,*'
        (Get-ErrorOf { Convert-VolumeImage -Uri $address -Destination ./back.img @way -RequireHash -ErrorAction Stop }).FullyQualifiedErrorId | Should -BeLike 'ImageUnacceptable,*'
        './back.img' | Should -Not -Exist
    }

    It 'is reached through a proxy' {
        (Invoke-ImageFetch -Uri $address -Destination ./back.raw @way -Proxy "http://127.0.0.1:$($proxy.Port)").Size | Should -Be 4MB
        Get-Content proxy.log | Should -Contain "CONNECT localhost:$($secure.Port) HTTP/1.1 200"
        (Invoke-ImageFetch -Uri http://images.invalid/disk.raw -Destination ./back.img -Proxy "http://127.0.0.1:$($proxy.Port)").Size | Should -Be 4MB
    }

    It 'needs no authority where certificates are not checked' {
        (Invoke-ImageFetch -Uri $address -Destination ./back.raw -SkipCertificateCheck -ClientCertificate client.pem -ClientKey client.key -TimeoutSec 30).Size | Should -Be 4MB
    }

    It 'is refused without <Missing>' -ForEach @{ Missing = 'CACertificate' }, @{ Missing = 'ClientCertificate' } {
        $less = $way.Clone()
        $less.Remove($Missing)
        if ($Missing -eq 'ClientCertificate') { $less.Remove('ClientKey') }
        (Get-ErrorOf { Invoke-ImageFetch -Uri $address -Destination ./back.raw @less -ErrorAction Stop }).FullyQualifiedErrorId | Should -BeLike 'ServiceUnavailable,*'
        './back.raw' | Should -Not -Exist
    }

    It 'is refused with a file that holds no certificate' {
        (Get-ErrorOf { Invoke-ImageFetch -Uri $address -Destination ./back.raw -CACertificate $disk -ErrorAction Stop }).FullyQualifiedErrorId | Should -BeLike 'InvalidOption,*'
    }

    It 'takes these parameters with -Uri only, and completes them' {
        { Invoke-ImageFetch -ImageId x -Destination ./back.raw -Proxy http://127.0.0.1:1 } | Should -Throw -ErrorId 'ParameterNotInParameterSet*'
        { Connect-ImageService -LocalDirectory . -Proxy http://127.0.0.1:1 } | Should -Throw -ErrorId '*ParameterSet*'
        foreach ($command in 'Invoke-ImageFetch -Uri x', 'Convert-VolumeImage -Uri x', 'Connect-ImageService -Endpoint x') {
            (Get-Completion "$command -CA").CompletionText | Should -Be '-CACertificate'
        }
    }

    It 'is fetched and converted by the command line in the same way' {
        $imageutils = Join-Path (Split-Path -Parent (Split-Path -Parent $ModuleManifest)) 'bin/imageutils'
        $words = '--ca-certificate', 'ca.pem', '--client-certificate', 'client.pem', '--client-key', 'client.key', '--proxy', "http://127.0.0.1:$($proxy.Port)", '--json'
        (& $imageutils fetch --uri $address back.raw @words | ConvertFrom-Json).size | Should -Be 4MB
        (& $imageutils convert --uri $address back.img --to raw @words | ConvertFrom-Json).virtualSize | Should -Be 4MB
        $said = & $imageutils fetch --uri $address back.second --ca-certificate ca.pem 2>&1
        $LASTEXITCODE | Should -Be 1
        @($said).Count | Should -Be 1
        & $imageutils fetch --uri $address back.second --proxy nonsense 2>$null
        $LASTEXITCODE | Should -Be 2
    }
}
