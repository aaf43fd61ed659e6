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
        $strange = New-StrangeFile -Folder (Join-Path $TestDrive 'strange')
        $clock = [Diagnostics.Stopwatch]::StartNew()
        Get-QemuImageInfo -LiteralPath $strange -ErrorVariable failed -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $clock.Elapsed.TotalSeconds | Should -BeLessThan 10
        $failed.Count | Should -Be $strange.Count
        $failed.TargetObject | Should -Be $strange
        foreach ($id in $failed.FullyQualifiedErrorId) { $id | Should -Match '^(ImageUnreadable|PathNotFound),' }
    }

    It 'has an answer for files shorter than a sector' {
        foreach ($length in 0, 1, 7, 64, 510, 511) {
            $short = Join-Path $TestDrive "short-$length"
            [IO.File]::WriteAllBytes($short, [byte[]]::new($length))
            (Get-QemuImageInfo $short).Format | Should -Be 'raw'
        }
    }

    Context 'a chain' -Skip:(-not (Get-Command qemu-img -ErrorAction Ignore)) {
        BeforeAll {
            $chain = (New-Item -ItemType Directory (Join-Path $TestDrive 'chain')).FullName
            & qemu-img create -q -f raw "$chain/base.raw" 4M
            & qemu-img create -q -f qcow2 -b base.raw -F raw "$chain/middle.qcow2"
            & qemu-img create -q -f qcow2 -b middle.qcow2 -F qcow2 "$chain/top.qcow2"
            & qemu-img create -q -f qcow2 -u -b top.qcow2 -F raw "$chain/other.qcow2" 4M
            & qemu-img create -q -f qcow2 -u -b gone.qcow2 -F qcow2 "$chain/broken.qcow2" 4M
            & qemu-img create -q -f qcow2 -u -b self.qcow2 -F qcow2 "$chain/self.qcow2" 4M
            & qemu-img create -q -f qcow2 -u -b nbd://127.0.0.1/x -F raw "$chain/far.qcow2" 4M
        }

        It 'comes with the top first, as qemu-img gives it' {
            $links = Get-QemuImageInfo "$chain/top.qcow2" -BackingChain
            $theirs = & qemu-img info --backing-chain --output=json "$chain/top.qcow2" | ConvertFrom-Json
            $links.Path | Should -Be $theirs.filename
            $links.Format | Should -Be $theirs.format
            $links[0].FullBackingFile | Should -Be $theirs[0].'full-backing-filename'
            $links | Should -BeOfType ([ImageUtils.QemuImageInfo])
            $links[2].PSPath | Should -Not -BeNullOrEmpty
        }

        It 'reads as raw what is said to be raw' {
            $links = Get-QemuImageInfo "$chain/other.qcow2" -BackingChain
            $links.Format | Should -Be 'qcow2', 'raw'
            $links[1].BackingFile | Should -BeNullOrEmpty
        }

        It 'ends with one non-terminating error where a link cannot be followed: <File>' -ForEach @(
            @{ File = 'broken.qcow2'; Id = 'PathNotFound'; Words = 'gone.qcow2' }
            @{ File = 'self.qcow2'; Id = 'BackingChainBroken'; Words = 'already' }
            @{ File = 'far.qcow2'; Id = 'BackingChainBroken'; Words = 'protocol' }
        ) {
            $links = Get-QemuImageInfo "$chain/$File", "$chain/top.qcow2" -BackingChain -ErrorVariable failed -ErrorAction SilentlyContinue
            $links.Count | Should -Be 4
            $failed.Count | Should -Be 1
            $failed.FullyQualifiedErrorId | Should -BeLike "$Id,*"
            $failed.Exception.Message | Should -BeLike "*$Words*"
            $failed.Exception.Message | Should -BeLike "*$File*"
        }
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
