BeforeAll { . (Join-Path $PSScriptRoot 'TestSetup.ps1') }

# A user who is not root, with sudo and rootwrap, is RootCmdletTests' affair; here the session is whoever runs the suite.
Describe '-RunAsRoot' -Skip:(-not (Get-Command qemu-img -ErrorAction Ignore)) {
    BeforeAll {
        Push-Location $TestDrive
        $env:IMAGEUTILS_IMAGE_CONVERSION_DIRECTORY = Join-Path $TestDrive 'conversion'
        $env:IMAGEUTILS_ROOT_HELPER = 'no-such-root-helper -n'
        Connect-ImageService -LocalDirectory (Join-Path $TestDrive 'service') | Out-Null
        $image = New-Qcow2Disk -Path (Join-Path $TestDrive 'disk.qcow2')
        $needsNobody = -not $IsLinux -or (id -u) -eq 0
        $pass = Join-Path $TestDrive 'pass'
        Set-Content -LiteralPath $pass -Value 'only-a-test' -NoNewline
    }

    AfterAll {
        Pop-Location
        Remove-Item Env:IMAGEUTILS_IMAGE_CONVERSION_DIRECTORY, Env:IMAGEUTILS_ROOT_HELPER
        Disconnect-ImageService
    }

    It 'of <name> has no effect for root, and is an error where the root helper is missing' -ForEach @(
        @{ name = 'Get-QemuImageInfo'; call = { Get-QemuImageInfo $image -Engine QemuImg -RunAsRoot -ErrorAction Stop } }
        @{ name = 'Convert-VolumeImage'; call = { Convert-VolumeImage $image ./out.raw -RunAsRoot -ErrorAction Stop } }
        @{ name = 'Convert-VolumeImage with a passphrase'; call = { Convert-VolumeImage $image ./out.raw -OutputFormat luks -PassphraseFile $pass -RunAsRoot -ErrorAction Stop } }
        @{ name = 'Publish-VolumeImage'; call = { Publish-VolumeImage $image -VolumeFormat qcow2 -Name x -DiskFormat raw -RunAsRoot -ErrorAction Stop } }
        @{ name = 'Resize-VolumeImage'; call = { Resize-VolumeImage $image -SizeBytes 8MB -RunAsRoot -PassThru -ErrorAction Stop } }
    ) {
        Remove-Item ./out.raw -ErrorAction Ignore
        if ($needsNobody) {
            & $call | Should -Not -BeNullOrEmpty
        }
        else {
            $call | Should -Throw -ErrorId 'RootHelperUnavailable*'
            './out.raw' | Should -Not -Exist
        }
    }
}

Describe 'Convert-VolumeImage, how the result is laid out' -Skip:(-not (Get-Command qemu-img -ErrorAction Ignore)) {
    BeforeAll {
        Push-Location $TestDrive
        $raw = New-RawDisk -Path (Join-Path $TestDrive 'disk.raw')
    }

    AfterAll { Pop-Location }

    It 'takes a subformat, in any case' {
        $verbose = $( $fixed = Convert-VolumeImage $raw ./fixed.vhd -OutputFormat vhd -OutputSubformat FIXED -Verbose ) 4>&1
        "$verbose" | Should -Match '-o (\S+,)?subformat=fixed'
        (Get-Item $fixed.Path).Length | Should -Be (4MB + 512)
        Convert-VolumeImage $raw ./odd.vhd -OutputFormat vhd -OutputSubformat odd -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed.FullyQualifiedErrorId | Should -BeLike 'NotSupported,*'
        './odd.vhd' | Should -Not -Exist
    }

    It 'writes zeros too with -DisableSparse, by <engine>' -Skip:(-not $IsLinux) -ForEach @(@{ engine = 'Managed' }, @{ engine = 'QemuImg' }) {
        Convert-VolumeImage $raw ./sparse.raw -Engine $engine -Force | Out-Null
        $verbose = $( Convert-VolumeImage $raw ./full.raw -Engine $engine -DisableSparse -Force -Verbose | Out-Null ) 4>&1
        if ($engine -eq 'QemuImg') { "$verbose" | Should -Match ' -S 0 ' }
        [long](& stat -c %b ./full.raw) * 512 | Should -BeGreaterOrEqual 4MB
        [long](& stat -c %b ./sparse.raw) * 512 | Should -BeLessThan 4MB
        Get-Sha256 ./full.raw | Should -Be (Get-Sha256 $raw)
        Get-Sha256 ./sparse.raw | Should -Be (Get-Sha256 $raw)
    }

    It 'holds a source to the format that was claimed' {
        Convert-VolumeImage $raw ./claimed.qcow2 -SourceFormat raw -OutputFormat qcow2 | Out-Null
        (Convert-VolumeImage ./claimed.qcow2 ./claimed.raw -SourceFormat qcow2).SourceFormat | Should -Be 'qcow2'
        Convert-VolumeImage ./claimed.qcow2 ./refused.raw -SourceFormat raw -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed.FullyQualifiedErrorId | Should -BeLike 'ImageUnacceptable,*'
        './refused.raw' | Should -Not -Exist
    }
}
