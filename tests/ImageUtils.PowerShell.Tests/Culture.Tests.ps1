BeforeAll { . (Join-Path $PSScriptRoot 'TestSetup.ps1') }

Describe 'Under the culture <_>' -ForEach 'de-DE', 'tr-TR', 'ar-SA' {
    BeforeAll {
        $before = [cultureinfo]::CurrentCulture, [cultureinfo]::CurrentUICulture
        [cultureinfo]::CurrentCulture = [cultureinfo]::CurrentUICulture = $_
        $raw = New-RawDisk -Path (Join-Path $TestDrive "disk-$_.raw")
    }

    AfterAll { [cultureinfo]::CurrentCulture, [cultureinfo]::CurrentUICulture = $before }

    It 'takes sizes as texts' {
        Test-ImageFormat $raw -VolumeSizeBytes '4MiB' -Quiet | Should -BeTrue
        Test-ImageFormat $raw -VolumeSizeBytes '3.5mib' -Quiet | Should -BeFalse
        { Test-ImageFormat $raw -VolumeSizeBytes '3,5MiB' } | Should -Throw
    }

    It 'knows names of formats in any case' {
        Test-ImageFormat $raw -ClaimedFormat RAW -Quiet | Should -BeTrue
        Test-ImageFormat $raw -ClaimedFormat VDI -Quiet | Should -BeFalse
        { Test-ImageFormat $raw -ClaimedFormat ([char]0x130 + "SO") } | Should -Throw -ErrorId 'ParameterArgumentValidationError*'
    }

    It 'shows sizes with a dot' {
        Get-QemuImageInfo (New-RawDisk -Path (Join-Path $TestDrive "half-$_.raw") -Size 1536KB) | Out-String -Width 200 | Should -Match '1\.5 MiB'
    }

    It 'converts and publishes as anywhere' -Skip:(-not (Get-Command qemu-img -ErrorAction Ignore)) {
        $env:IMAGEUTILS_IMAGE_CONVERSION_DIRECTORY = Join-Path $TestDrive 'conversion'
        $service = Connect-ImageService -LocalDirectory (Join-Path $TestDrive "service-$_")
        try {
            $image = Publish-VolumeImage $raw -Name 'iI' -DiskFormat qcow2 -ImageService $service -Property @{ number = 1.5 }
            (Get-ServiceImage $image.ImageId).Properties['number'] | Should -Be '1.5'
            (Get-ServiceImage $image.ImageId | Convert-VolumeImage -Destination (Join-Path $TestDrive "volume-$_.raw")).VirtualSize | Should -Be 4MB
        }
        finally {
            Disconnect-ImageService
            Remove-Item Env:IMAGEUTILS_IMAGE_CONVERSION_DIRECTORY
        }
    }
}
