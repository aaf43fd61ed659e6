BeforeAll { . (Join-Path $PSScriptRoot 'TestSetup.ps1') }

Describe 'Measure-VolumeImage' {
    BeforeAll {
        Push-Location $TestDrive
        $raw = New-RawDisk -Path (Join-Path $TestDrive 'disk.raw')
    }

    AfterAll { Pop-Location }

    It 'measures a raw disk by its data' {
        $measure = Measure-VolumeImage $raw
        $measure | Should -BeOfType ([ImageUtils.ImageMeasure])
        $measure.Path | Should -Be $raw
        $measure.Format, $measure.OutputFormat | Should -Be 'raw', 'raw'
        $measure.VirtualSize | Should -Be 4MB
        $measure.FullyAllocatedBytes | Should -Be 4MB
        $measure.RequiredBytes | Should -BeLessOrEqual 4MB
        $measure.VolumeSizeGB | Should -Be 1
        $measure.FreeBytes | Should -BeGreaterThan 0
        $measure.Fits | Should -BeTrue
    }

    It 'measures for every format that can be written' -Skip:(-not (Get-Command qemu-img -ErrorAction Ignore)) {
        $image = New-Qcow2Disk -Path (Join-Path $TestDrive 'disk.qcow2')
        foreach ($format in 'raw', 'qcow2', 'vmdk', 'vpc', 'vhdx', 'vdi', 'ploop') {
            $measure = Measure-VolumeImage $image -OutputFormat $format
            $measure.VirtualSize | Should -Be 4MB -Because $format
            $measure.RequiredBytes | Should -BeGreaterThan 0 -Because $format
            $measure.FullyAllocatedBytes | Should -BeGreaterOrEqual $measure.RequiredBytes -Because $format
        }
    }

    It 'says whether the disk fits in a volume, and does not throw' {
        $large = New-RawDisk -Path (Join-Path $TestDrive 'large.raw') -Size (1GB + 512)
        $measure = Measure-VolumeImage $large -VolumeSizeGB 1
        $measure.Fits | Should -BeFalse
        $measure.VolumeSizeGB | Should -Be 2
        (Measure-VolumeImage $large -VolumeSizeGB 2).Fits | Should -BeTrue
        (Measure-VolumeImage $large -VolumeSizeBytes 1073742336).Fits | Should -BeTrue
        (Get-ErrorOf { Measure-VolumeImage $large -VolumeSizeGB 10GB }).FullyQualifiedErrorId | Should -BeLike 'InvalidSize,*'
    }

    It 'looks at the destination, a folder or a file of it' {
        New-Item -ItemType Directory -Path ./target | Out-Null
        (Measure-VolumeImage $raw -Destination ./target).FreeBytes | Should -BeGreaterThan 0
        (Measure-VolumeImage $raw ./target/new.raw).FreeBytes | Should -BeGreaterThan 0
        Get-ChildItem ./target | Should -BeNullOrEmpty
    }

    It 'refuses an unsafe image' -Skip:(-not (Get-Command qemu-img -ErrorAction Ignore)) {
        $image = New-Qcow2Disk -Path (Join-Path $TestDrive 'overlay.qcow2') -Backing $raw
        Measure-VolumeImage $image -ErrorVariable failed -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $failed.FullyQualifiedErrorId | Should -BeLike 'ImageUnacceptable,*'
    }

    It 'takes files from the pipeline, and its results pipe on' {
        New-RawDisk -Path (Join-Path $TestDrive 'm[1].img') | Out-Null
        $measure = @('m[1].img', 'disk.raw' | ForEach-Object { Get-Item -LiteralPath $_ }) | Measure-VolumeImage
        $measure.Count | Should -Be 2
        ($measure | Get-QemuImageInfo).VirtualSize | Should -Be 4MB, 4MB
        Measure-VolumeImage nothing.raw -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed.FullyQualifiedErrorId | Should -BeLike 'PathNotFound,*'
    }

    It 'completes formats that can be written' {
        (Get-Completion 'Measure-VolumeImage -OutputFormat q').CompletionText | Should -Be 'qcow2'
        { Measure-VolumeImage $raw -OutputFormat qed } | Should -Throw -ErrorId 'ParameterArgumentValidationError*'
    }

    It 'shows sizes for people in its view only' {
        Measure-VolumeImage $raw | Out-String -Width 200 | Should -Match 'Fits\s+Format\s+OutputFormat'
        (Measure-VolumeImage $raw).RequiredBytes | Should -BeOfType [long]
    }
}
