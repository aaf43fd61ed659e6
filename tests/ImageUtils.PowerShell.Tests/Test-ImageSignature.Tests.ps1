BeforeAll { . (Join-Path $PSScriptRoot 'TestSetup.ps1') }

Describe 'Test-ImageSignature' {
    BeforeAll {
        Push-Location $TestDrive
        $env:IMAGEUTILS_IMAGE_CONVERSION_DIRECTORY = Join-Path $TestDrive 'conversion'
        $certificateId = '7f1c1a52-6a0d-4a2e-9a5e-6d8a1b0c2d3e'
        $key = [Security.Cryptography.ECDsa]::Create([Security.Cryptography.ECCurve]::CreateFromFriendlyName('nistP384'))
        $wish = [Security.Cryptography.X509Certificates.CertificateRequest]::new('CN=owner', $key, 'SHA256')
        $certificate = $wish.CreateSelfSigned([DateTimeOffset]::UtcNow.AddDays(-1), [DateTimeOffset]::UtcNow.AddDays(1))
        New-Item -ItemType Directory -Path certificates | Out-Null
        Set-Content -LiteralPath "certificates/$certificateId.pem" -Value $certificate.ExportCertificatePem()

        Connect-ImageService -LocalDirectory ./service -CertificateDirectory ./certificates | Out-Null
        $raw = New-RawDisk -Path (Join-Path $TestDrive 'disk.raw')
        $signature = $key.SignData([IO.File]::ReadAllBytes($raw), 'SHA384', 'Rfc3279DerSequence')
        $signed = @{
            img_signature                  = [Convert]::ToBase64String($signature)
            img_signature_hash_method      = 'SHA-384'
            img_signature_key_type         = 'ECC_SECP384R1'
            img_signature_certificate_uuid = $certificateId
        }
        $image = (Publish-VolumeImage $raw -Name 'signed').ImageId
        Set-ServiceImage -ImageId $image -Property $signed | Out-Null
        $plain = (Publish-VolumeImage $raw -Name 'plain').ImageId
        $wrong = (Publish-VolumeImage (New-RawDisk -Path (Join-Path $TestDrive 'other.raw') -Size 2MB) -Name 'wrong').ImageId
        Set-ServiceImage -ImageId $wrong -Property $signed | Out-Null
        $half = (Publish-VolumeImage $raw -Name 'half').ImageId
        Set-ServiceImage -ImageId $half -Property @{ img_signature_key_type = 'DSA' } | Out-Null
    }

    AfterAll {
        Pop-Location
        Remove-Item Env:IMAGEUTILS_IMAGE_CONVERSION_DIRECTORY
        Disconnect-ImageService
        $key.Dispose()
    }

    It 'says that a file is what was signed, and how' {
        $result = Test-ImageSignature -ImageId $image -LiteralPath ./disk.raw
        $result | Should -BeOfType ImageUtils.ImageSignatureResult
        $result.IsSigned | Should -BeTrue
        $result.IsValid | Should -BeTrue
        $result.Reason | Should -BeNullOrEmpty
        $result.KeyType | Should -Be 'ECC_SECP384R1'
        $result.HashMethod | Should -Be 'SHA-384'
        $result.CertificateId | Should -Be $certificateId
        $result.CertificateSubject | Should -Be 'CN=owner'
        $result.Path | Should -Be $raw
        $result.PSPath | Should -Not -BeNullOrEmpty
        $result.SourceImageId | Should -Be $image
    }

    It 'reads the data of the service where there is no file' {
        $result = Get-ServiceImage -ImageId $image | Test-ImageSignature
        $result.IsValid | Should -BeTrue
        $result.Path | Should -BeNullOrEmpty
    }

    It 'does not take another file for it, and leaves that file alone' {
        Test-ImageSignature $image ./other.raw -Quiet | Should -BeFalse
        $result = Test-ImageSignature $image ./other.raw
        $result.IsSigned | Should -BeTrue
        $result.IsValid | Should -BeFalse
        $result.Reason | Should -BeLike '*not that of these data*'
        './other.raw' | Should -Exist
    }

    It 'takes a fetched image from the pipeline' {
        $result = Invoke-ImageFetch -ImageId $image -Destination ./fetched.raw -RequireSignature | Tee-Object -Variable fetched | Test-ImageSignature
        $fetched.IsSignatureVerified | Should -BeTrue
        $result.IsValid | Should -BeTrue
        $result.Path | Should -Be (Join-Path $TestDrive 'fetched.raw')
    }

    It 'takes files from the pipeline' {
        (Get-ChildItem *.raw -Include disk.raw, other.raw | Sort-Object Name | Test-ImageSignature -ImageId $image).IsValid | Should -Be $true, $false
    }

    It 'knows an image without a signature from one with half of it' {
        $none = Test-ImageSignature $plain
        $none.IsSigned, $none.IsValid | Should -Be $false, $false
        $part = Test-ImageSignature $half
        $part.IsSigned, $part.IsValid | Should -Be $true, $false
        $part.Reason | Should -BeLike '*incomplete*'
    }

    It 'takes a certificate that is given' {
        $connection = [ImageUtils.ImageServiceConnection]::new([ImageUtils.Services.Local.LocalImageService]::new("$TestDrive/service"))
        (Test-ImageSignature $image -ImageService $connection).Reason | Should -BeLike '*nobody here has its certificate*'
        Test-ImageSignature $image -ImageService $connection -CertificatePath "./certificates/$certificateId.pem" -Quiet | Should -BeTrue
    }

    It 'goes by the list of trusted certificates' {
        New-Item -ItemType Directory -Path trusted -Force | Out-Null
        $other = [Security.Cryptography.X509Certificates.CertificateRequest]::new('CN=other', $key, 'SHA256').CreateSelfSigned([DateTimeOffset]::UtcNow.AddDays(-1), [DateTimeOffset]::UtcNow.AddDays(1))
        Set-Content -LiteralPath trusted/one.pem -Value $other.ExportCertificatePem()
        Set-ImageUtilsOption -TrustedCertificates ./trusted
        try {
            Test-ImageSignature $image -Quiet | Should -BeFalse
            Set-Content -LiteralPath trusted/two.pem -Value $certificate.ExportCertificatePem()
            Test-ImageSignature $image -Quiet | Should -BeTrue
        }
        finally {
            Reset-ImageUtilsOption -Name TrustedCertificates
        }
    }

    It 'has one error for each file or image that is not there' {
        $found = @(Test-ImageSignature -ImageId $image -LiteralPath ./none.raw, ./disk.raw, ./nothing.raw -ErrorVariable missing -ErrorAction SilentlyContinue)
        $found.IsValid | Should -BeTrue
        $missing.FullyQualifiedErrorId | Should -BeLike 'PathNotFound*'
        $missing.Count | Should -Be 2
        { Test-ImageSignature -ImageId ([guid]::NewGuid()) -ErrorAction Stop } | Should -Throw -ErrorId 'ImageNotFound*'
    }
}

Describe 'Invoke-ImageFetch and Convert-VolumeImage with signatures' {
    BeforeAll {
        Push-Location $TestDrive
        $env:IMAGEUTILS_IMAGE_CONVERSION_DIRECTORY = Join-Path $TestDrive 'conversion'
        Connect-ImageService -LocalDirectory ./other-service | Out-Null
        $plain = (Publish-VolumeImage (New-RawDisk -Path (Join-Path $TestDrive 'plain.raw')) -Name 'plain').ImageId
        $half = (Publish-VolumeImage ./plain.raw -Name 'half').ImageId
        Set-ServiceImage -ImageId $half -Property @{ img_signature = 'AAAA' } | Out-Null
        $bad = (Publish-VolumeImage ./plain.raw -Name 'bad').ImageId
        Set-ServiceImage -ImageId $bad -Property @{
            img_signature = 'AAAA'; img_signature_hash_method = 'SHA-256'; img_signature_key_type = 'RSA-PSS'; img_signature_certificate_uuid = [guid]::NewGuid().ToString()
        } | Out-Null
    }

    AfterAll {
        Pop-Location
        Remove-Item Env:IMAGEUTILS_IMAGE_CONVERSION_DIRECTORY
        Disconnect-ImageService
    }

    It 'refuses an image without a signature where one is required' {
        { Invoke-ImageFetch $plain ./fetched.raw -RequireSignature -ErrorAction Stop } | Should -Throw -ErrorId 'SignatureMissing*'
        { Convert-VolumeImage -ImageId $plain -Destination ./volume.raw -RequireSignature -ErrorAction Stop } | Should -Throw -ErrorId 'SignatureMissing*'
        './fetched.raw', './volume.raw' | Should -Not -Exist
    }

    It 'refuses half a signature and one that cannot be verified, unless signatures are left alone' {
        { Invoke-ImageFetch $half ./fetched.raw -ErrorAction Stop } | Should -Throw -ErrorId 'SignatureIncomplete*'
        $record = { Invoke-ImageFetch $bad ./fetched.raw -ErrorAction Stop } | Should -Throw -ErrorId 'SignatureInvalid*' -PassThru
        $record.CategoryInfo.Category | Should -Be 'SecurityError'
        './fetched.raw' | Should -Not -Exist
        Set-ImageUtilsOption -VerifySignatures $false
        try {
            (Invoke-ImageFetch $bad ./fetched.raw).IsSignatureVerified | Should -BeFalse
            { Invoke-ImageFetch $bad ./fetched.raw -Force -RequireSignature -ErrorAction Stop } | Should -Throw -ErrorId 'SignatureInvalid*'
        }
        finally {
            Reset-ImageUtilsOption -Name VerifySignatures
        }
    }
}
