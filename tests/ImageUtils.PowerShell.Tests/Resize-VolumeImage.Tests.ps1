BeforeAll { . (Join-Path $PSScriptRoot 'TestSetup.ps1') }

Describe 'Resize-VolumeImage' {
    BeforeAll { Push-Location $TestDrive }
    AfterAll { Pop-Location }
    BeforeEach { $disk = New-RawDisk -Path (Join-Path $TestDrive 'disk.raw') }

    It 'grows a raw disk, and says nothing unless asked' {
        Resize-VolumeImage $disk -SizeBytes 8MB | Should -BeNullOrEmpty
        (Get-Item -LiteralPath $disk).Length | Should -Be 8MB
        $info = Resize-VolumeImage $disk -SizeGB 1 -ImageFormat raw -PassThru
        $info | Should -BeOfType ([ImageUtils.QemuImageInfo])
        $info.VirtualSize | Should -Be 1GB
        $info.Path | Should -Be $disk
        $info.PSPath | Should -Not -BeNullOrEmpty
    }

    It 'takes a size as text in any culture' {
        $before = [cultureinfo]::CurrentCulture
        try {
            [cultureinfo]::CurrentCulture = 'de-DE'
            (Resize-VolumeImage $disk -SizeBytes 4.5M -PassThru).VirtualSize | Should -Be 4718592
            (Resize-VolumeImage $disk -SizeBytes '8MiB' -PassThru).VirtualSize | Should -Be 8MB
        }
        finally {
            [cultureinfo]::CurrentCulture = $before
        }
    }

    It 'refuses a fraction of a GiB, which would be rounded' {
        foreach ($size in 1.5, '2.5', 0.5, 2.5d) {
            $failed = Get-ErrorOf { Resize-VolumeImage $disk -SizeGB $size -Shrink -Confirm:$false }
            $failed.FullyQualifiedErrorId | Should -BeLike 'ParameterArgumentTransformationError,*'
            $failed.Exception.Message | Should -BeLike "*'$($size.ToString([cultureinfo]::InvariantCulture))' is not a size*-SizeBytes*"
        }
        (Get-ErrorOf { Test-ImageFormat $disk -VolumeSizeGB 1.5 }).Exception.Message | Should -BeLike '*-VolumeSizeBytes*'
        (Get-ErrorOf { New-ServiceImage -Name x -DiskFormat raw -MinDiskGB 1.5 -WhatIf }).Exception.Message | Should -BeLike '*whole GiB*'
        (Resize-VolumeImage $disk -SizeGB '1' -PassThru).VirtualSize | Should -Be 1GB
        (Resize-VolumeImage $disk -SizeGB 2.0 -PassThru).VirtualSize | Should -Be 2GB
    }

    It 'grows and shrinks qcow2' -Skip:(-not (Get-Command qemu-img -ErrorAction Ignore)) {
        $image = New-Qcow2Disk -Path (Join-Path $TestDrive 'disk.qcow2')
        (Resize-VolumeImage $image -SizeGB 2 -PassThru -Verbose 4>&1 | Out-String -Width 500) | Should -Match 'qemu-img resize -f qcow2 .* 2G'
        (Get-QemuImageInfo $image).VirtualSize | Should -Be 2GB
        (Resize-VolumeImage $image -SizeGB 1 -Shrink -Confirm:$false -PassThru).VirtualSize | Should -Be 1GB
    }

    It 'never shrinks unasked' {
        Resize-VolumeImage $disk -SizeBytes 1MB -ErrorVariable failed -ErrorAction SilentlyContinue -PassThru | Should -BeNullOrEmpty
        $failed.FullyQualifiedErrorId | Should -BeLike 'InvalidSize,*'
        $failed.CategoryInfo.Category | Should -Be 'InvalidArgument'
        $failed.TargetObject | Should -Be $disk
        (Get-Item -LiteralPath $disk).Length | Should -Be 4MB
    }

    It 'asks before it shrinks, and not before it grows' {
        $script = "Import-Module '$ModuleManifest'; Resize-VolumeImage '$disk' -SizeBytes 1MB -Shrink"
        Invoke-PowerShell -NoProfile -NonInteractive -Command $script 2>&1 | Out-String | Should -Match 'NonInteractive'
        (Get-Item -LiteralPath $disk).Length | Should -Be 4MB
        $script = "Import-Module '$ModuleManifest'; Resize-VolumeImage '$disk' -SizeBytes 6MB"
        Invoke-PowerShell -NoProfile -NonInteractive -Command $script | Should -BeNullOrEmpty
        (Get-Item -LiteralPath $disk).Length | Should -Be 6MB
    }

    It 'shrinks without a question under -Confirm:$false or a preference of None' {
        (Resize-VolumeImage $disk -SizeBytes 2MB -Shrink -Confirm:$false -PassThru).VirtualSize | Should -Be 2MB
        & { $ConfirmPreference = 'None'; Resize-VolumeImage $disk -SizeBytes 1MB -Shrink }
        (Get-Item -LiteralPath $disk).Length | Should -Be 1MB
    }

    It 'does nothing under -WhatIf' {
        Resize-VolumeImage $disk -SizeGB 1 -WhatIf -PassThru | Should -BeNullOrEmpty
        Resize-VolumeImage $disk -SizeBytes 1MB -Shrink -WhatIf | Should -BeNullOrEmpty
        (Get-Item -LiteralPath $disk).Length | Should -Be 4MB
    }

    It 'refuses content that disagrees with the named format, and leaves it as it is' -Skip:(-not (Get-Command qemu-img -ErrorAction Ignore)) {
        $volume = New-Qcow2Disk -Path (Join-Path $TestDrive 'guest.raw')
        $before = Get-Sha256 $volume
        Resize-VolumeImage $volume -SizeGB 1 -ImageFormat raw -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed.FullyQualifiedErrorId | Should -BeLike 'FormatMismatch,*'
        $failed.CategoryInfo.Category | Should -Be 'InvalidData'
        Get-Sha256 $volume | Should -Be $before
    }

    It 'refuses an unsafe image before any program sees it' -Skip:(-not (Get-Command qemu-img -ErrorAction Ignore)) {
        $image = New-Qcow2Disk -Path (Join-Path $TestDrive 'overlay.qcow2') -Backing $disk
        Resize-VolumeImage $image -SizeGB 1 -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed.FullyQualifiedErrorId | Should -BeLike 'ImageUnacceptable,*'
        $failed.CategoryInfo.Category | Should -Be 'SecurityError'
    }

    It 'says what it cannot do' -Skip:(-not (Get-Command qemu-img -ErrorAction Ignore)) {
        & qemu-img create -q -f vpc -o subformat=fixed,force_size=on ./fixed.vhd 4M
        Resize-VolumeImage ./fixed.vhd -SizeGB 1 -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed.FullyQualifiedErrorId | Should -BeLike 'NotSupported,*'
        $failed.CategoryInfo.Category | Should -Be 'NotImplemented'
        $failed.ErrorDetails.RecommendedAction | Should -Match 'Convert it'
    }

    It 'wants one size, in whole GiB or in bytes' {
        { Resize-VolumeImage $disk } | Should -Throw -ErrorId 'InvalidArgument*'
        { Resize-VolumeImage $disk -SizeGB 1 -SizeBytes 1GB } | Should -Throw -ErrorId 'InvalidArgument*'
        $failed = Get-ErrorOf { Resize-VolumeImage $disk -SizeGB 10GB }
        $failed.FullyQualifiedErrorId | Should -BeLike 'InvalidSize,*'
        $failed.Exception.Message | Should -Match '-SizeBytes'
        Resize-VolumeImage $disk -SizeBytes 4194305 -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed.FullyQualifiedErrorId | Should -BeLike 'InvalidSize,*'
    }

    It 'takes files from the pipeline, whatever their names, and goes on after one that fails' {
        foreach ($name in 'p[1].img', 'p2.img', 'p3.img') { New-RawDisk -Path (Join-Path $TestDrive $name) | Out-Null }
        [IO.File]::WriteAllBytes((Join-Path $TestDrive 'p2.img'), [byte[]](81, 70, 73, 251, 0, 0, 0, 9))
        $done = Get-ChildItem -LiteralPath $TestDrive -Filter 'p*.img' | Resize-VolumeImage -SizeBytes 5MB -PassThru -ErrorVariable failed -ErrorAction SilentlyContinue
        Split-Path -Leaf $done.Path | Should -Be 'p[1].img', 'p3.img'
        @($failed).Count | Should -Be 1
        Resize-VolumeImage nothing.raw -SizeGB 1 -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed.FullyQualifiedErrorId | Should -BeLike 'PathNotFound,*'
    }
}
