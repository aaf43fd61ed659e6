BeforeAll {
    . (Join-Path $PSScriptRoot 'TestSetup.ps1')
    $service = Join-Path $TestDrive 'service [1]'
    Connect-ImageService -LocalDirectory $service | Out-Null
    $env:IMAGEUTILS_IMAGE_CONVERSION_DIRECTORY = Join-Path $TestDrive 'conversion'
}

AfterAll {
    Disconnect-ImageService
    Reset-ImageUtilsOption
    Remove-Item Env:IMAGEUTILS_IMAGE_CONVERSION_DIRECTORY
}

Describe 'Convert-ServiceImage' -Skip:(-not (Get-Command qemu-img -ErrorAction Ignore)) {
    BeforeEach {
        Reset-ImageUtilsOption
        Get-ServiceImage | Remove-ServiceImage -Confirm:$false
        $raw = New-RawDisk -Path (Join-Path $TestDrive 'disk.raw')
        $image = Publish-VolumeImage $raw -Name 'disk' -DiskFormat qcow2 -Property @{ os_distro = 'debian' }
        $before = Get-ServiceImage $image.ImageId
    }

    It 'gives an image of a folder another format under its id' {
        $converted = Convert-ServiceImage $image.ImageId raw -Confirm:$false
        $converted | Should -BeOfType ([ImageUtils.ServiceImage])
        $converted.ImageId | Should -Be $image.ImageId
        $converted.Status | Should -Be 'active'
        $converted.DiskFormat | Should -Be 'raw'
        $converted.ContainerFormat | Should -Be 'bare'
        $converted.Size | Should -Be 4MB
        $converted.VirtualSize | Should -Be 4MB
        $converted.OsHashValue | Should -Be (Get-FileHash -LiteralPath $raw -Algorithm SHA512).Hash
        $converted.Checksum | Should -Be ([Convert]::ToHexString([Security.Cryptography.MD5]::HashData([IO.File]::ReadAllBytes($raw))))
        $converted.Properties['os_distro'] | Should -Be 'debian'
        @(Get-ServiceImage).Count | Should -Be 1
        $fetched = Invoke-ImageFetch $image.ImageId (Join-Path $TestDrive 'fetched.raw') -Force
        $fetched.IsHashVerified | Should -BeTrue
        Get-Sha256 $fetched.Path | Should -Be (Get-Sha256 $raw)
    }

    It 'takes images from the pipeline, and the format and the folder from the options' {
        Publish-VolumeImage $raw -Name 'other' -DiskFormat vmdk | Out-Null
        $work = Join-Path $TestDrive 'work'
        Set-ImageUtilsOption -ConversionFormat vpc -TaskWorkDirectory $work
        $lines = Get-ServiceImage | Convert-ServiceImage -Confirm:$false -Verbose 4>&1
        @($lines | Where-Object { $_ -is [ImageUtils.ServiceImage] }).DiskFormat | Should -Be 'vhd', 'vhd'
        @($lines | Where-Object { "$_" -like "*qemu-img convert*$work*" }).Count | Should -BeGreaterThan 0
        Get-ChildItem -LiteralPath $work -Force | Should -BeNullOrEmpty
    }

    It 'warns once and does nothing where no format is named' {
        $found = @($before, $before) | Convert-ServiceImage -Confirm:$false -WarningVariable said -WarningAction SilentlyContinue
        $found | Should -BeNullOrEmpty
        $said.Count | Should -Be 1
        $said[0].Message | Should -BeLike '*ConversionFormat*'
        (Get-ServiceImage $image.ImageId).UpdatedAt | Should -Be $before.UpdatedAt
    }

    It 'leaves an image that has the format already, and says so' {
        $same = Convert-ServiceImage $image.ImageId -OutputFormat qcow2 -Confirm:$false -WarningVariable said -WarningAction SilentlyContinue
        $same.OsHashValue | Should -Be $before.OsHashValue
        $said.Count | Should -Be 1
        $said[0].Message | Should -BeLike '*already*'
    }

    It 'changes nothing under -WhatIf' {
        Convert-ServiceImage $image.ImageId raw -WhatIf | Should -BeNullOrEmpty
        (Get-ServiceImage $image.ImageId).OsHashValue | Should -Be $before.OsHashValue
    }

    It 'asks first' {
        $script = "Import-Module '$ModuleManifest'; Connect-ImageService '$service' | Out-Null; Convert-ServiceImage $($image.ImageId) raw"
        Invoke-PowerShell -NoProfile -NonInteractive -Command $script 2>&1 | Out-String | Should -Match 'NonInteractive'
        (Get-ServiceImage $image.ImageId).DiskFormat | Should -Be 'qcow2'
    }

    It 'refuses what is unsafe or not what it claims, and leaves it as it was' {
        $overlay = New-Qcow2Disk -Path (Join-Path $TestDrive 'overlay.qcow2') -Backing $raw
        foreach ($claim in 'qcow2', 'vmdk') {
            $made = New-ServiceImage -Name 'hostile' -DiskFormat $claim
            $folder = Join-Path $service $made.ImageId
            Copy-Item -LiteralPath $overlay -Destination (Join-Path $folder 'data')
            $record = Get-Content -Raw -LiteralPath (Join-Path $folder 'image.json') | ConvertFrom-Json
            $record.status = 'active'
            $record | ConvertTo-Json -Depth 5 | Set-Content -LiteralPath (Join-Path $folder 'image.json')
            $problem = $null
            $result = Convert-ServiceImage $made.ImageId raw -Confirm:$false -ErrorVariable problem -ErrorAction SilentlyContinue
            $result | Should -BeNullOrEmpty
            $problem[0].FullyQualifiedErrorId | Should -BeLike 'ImageUnacceptable,*'
            $problem[0].CategoryInfo.Category | Should -Be 'SecurityError'
            $problem[0].TargetObject | Should -Be $made.ImageId
            Get-Sha256 (Join-Path $folder 'data') | Should -Be (Get-Sha256 $overlay)
            (Get-ChildItem -LiteralPath $folder -Force).Name | Should -Be 'data', 'image.json'
        }
    }

    It 'makes a missing image one non-terminating error and goes on' {
        $missing = [guid]::NewGuid().ToString()
        $converted = Convert-ServiceImage $missing, $image.ImageId vdi -Confirm:$false -ErrorVariable problem -ErrorAction SilentlyContinue
        $converted.DiskFormat | Should -Be 'vdi'
        $problem.Count | Should -Be 1
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'ImageNotFound,*'
        $problem[0].TargetObject | Should -Be $missing
    }

    It 'refuses a format that image services do not know' {
        $problem = Get-ErrorOf { param($ErrorVariable, $ErrorAction) Convert-ServiceImage $image.ImageId luks -Confirm:$false -ErrorAction Stop }
        $problem.FullyQualifiedErrorId | Should -BeLike 'InvalidImageProperty,*'
    }
}
