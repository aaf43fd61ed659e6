BeforeAll { . (Join-Path $PSScriptRoot 'TestSetup.ps1') }

Describe 'Get-QemuImageInfo' {
    BeforeAll {
        Push-Location $TestDrive
        $raw = New-RawDisk -Path (Join-Path $TestDrive 'disk.raw')
    }

    AfterAll { Pop-Location }

    It 'tells format and size of a raw disk' {
        $info = Get-QemuImageInfo $raw
        $info | Should -BeOfType ([ImageUtils.QemuImageInfo])
        $info.Format | Should -Be 'raw'
        $info.VirtualSize | Should -Be 4MB
        $info.Path | Should -Be $raw
        $info.Engine | Should -Be 'managed'
    }

    It 'reports a qcow2 image with a backing file, and does not refuse it' -Skip:(-not (Get-Command qemu-img -ErrorAction Ignore)) {
        $image = New-Qcow2Disk -Path (Join-Path $TestDrive 'overlay.qcow2') -Backing $raw
        $info = Get-QemuImageInfo $image
        $info.BackingFile | Should -Be $raw
        $info.FullBackingFile | Should -Be $raw
        $info.IsSafe | Should -BeFalse
    }

    It 'gives the same answer as qemu-img' -Skip:(-not (Get-Command qemu-img -ErrorAction Ignore)) {
        $image = New-Qcow2Disk -Path (Join-Path $TestDrive 'same.qcow2')
        $ours = Get-QemuImageInfo $image
        $theirs = Get-QemuImageInfo $image -Engine QemuImg
        $theirs.Engine | Should -Be 'qemu-img'
        foreach ($name in 'Format', 'VirtualSize', 'ClusterSize', 'BackingFile', 'IsEncrypted', 'IsDirty') {
            $ours.$name | Should -Be $theirs.$name -Because $name
        }
    }

    It 'never hands an unsafe image to qemu-img' -Skip:(-not (Get-Command qemu-img -ErrorAction Ignore)) {
        $image = New-Qcow2Disk -Path (Join-Path $TestDrive 'unsafe.qcow2') -Backing $raw
        Get-QemuImageInfo $image -Engine QemuImg -ErrorVariable failed -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $failed.FullyQualifiedErrorId | Should -BeLike 'ImageUnacceptable,*'
        (Get-QemuImageInfo $image -Engine QemuImg -AllowBackingFile).BackingFile | Should -Be $raw
    }

    It 'takes files from Get-ChildItem, whatever their names' {
        foreach ($name in '[1].raw', '#2.raw', '-f.raw', 'with space.raw') {
            [IO.File]::WriteAllBytes((Join-Path $TestDrive $name), [byte[]]::new(512))
        }
        $found = Get-ChildItem -LiteralPath $TestDrive -Filter *.raw | Get-QemuImageInfo
        $found.Count | Should -Be 5
        Split-Path -Leaf $found.Path | Should -Contain '[1].raw'
    }

    It 'expands wildcards of -Path and none of -LiteralPath' {
        [IO.File]::WriteAllBytes((Join-Path $TestDrive 'w[1].raw'), [byte[]]::new(512))
        [IO.File]::WriteAllBytes((Join-Path $TestDrive 'w1.raw'), [byte[]]::new(1024))
        (Get-QemuImageInfo 'w[1].raw').VirtualSize | Should -Be 1024
        (Get-QemuImageInfo -LiteralPath 'w[1].raw').VirtualSize | Should -Be 512
        @(Get-QemuImageInfo 'w*1*.raw').Count | Should -Be 2
    }

    It 'follows the session location and its drives' {
        New-PSDrive -Name ImageDrive -PSProvider FileSystem -Root $TestDrive | Out-Null
        (Get-QemuImageInfo 'ImageDrive:disk.raw').Path | Should -Be $raw
        (Get-QemuImageInfo ./disk.raw).Path | Should -Be $raw
        Remove-PSDrive ImageDrive
    }

    It 'makes each missing path one non-terminating error and goes on' {
        $found = Get-QemuImageInfo nothing1.raw, $raw, nothing2.raw -ErrorVariable failed -ErrorAction SilentlyContinue
        $found.Path | Should -Be $raw
        $failed.Count | Should -Be 2
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'PathNotFound,*'
        $failed[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $failed[0].TargetObject | Should -Be 'nothing1.raw'
        Get-QemuImageInfo -LiteralPath 'nothing[3].raw' -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed.FullyQualifiedErrorId | Should -BeLike 'PathNotFound,*'
    }

    It 'answers at once for what is no file' -Skip:(-not $IsLinux) {
        $pipe = Join-Path $TestDrive 'pipe'
        & mkfifo $pipe
        Get-QemuImageInfo -LiteralPath $pipe, $TestDrive, '/dev/zero' -ErrorVariable failed -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $failed.Count | Should -Be 3
        $failed.CategoryInfo.Category | Should -Not -Contain 'NotSpecified'
        Remove-Item $pipe
    }

    It 'stops when a later command has enough' {
        1..50 | ForEach-Object { $raw } | Get-QemuImageInfo | Select-Object -First 1 | Should -Not -BeNullOrEmpty
    }

    It 'completes formats, and refuses what is none' {
        (Get-Completion 'Get-QemuImageInfo -ImageFormat vh').CompletionText | Should -Be 'vhd', 'vhdx'
        { Get-QemuImageInfo $raw -ImageFormat nonsense } | Should -Throw -ErrorId 'ParameterArgumentValidationError*'
    }

    It 'shows sizes for people in its view only' {
        $shown = Get-QemuImageInfo $raw | Out-String -Width 200
        $shown | Should -Match '4(\.0)? MiB'
        (Get-QemuImageInfo $raw).VirtualSize | Should -BeOfType [long]
    }
}
