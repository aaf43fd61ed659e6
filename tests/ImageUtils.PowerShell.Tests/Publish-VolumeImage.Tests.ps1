BeforeAll { . (Join-Path $PSScriptRoot 'TestSetup.ps1') }

Describe 'Publish-VolumeImage' {
    BeforeAll {
        Push-Location $TestDrive
        $env:IMAGEUTILS_IMAGE_CONVERSION_DIRECTORY = Join-Path $TestDrive 'conversion'
        Connect-ImageService -LocalDirectory (Join-Path $TestDrive 'service') | Out-Null
        $raw = New-RawDisk -Path (Join-Path $TestDrive 'disk.raw')
    }

    AfterAll {
        Pop-Location
        Remove-Item Env:IMAGEUTILS_IMAGE_CONVERSION_DIRECTORY
        Disconnect-ImageService
    }

    It 'sends a volume of the same format straight through' {
        $result = Publish-VolumeImage $raw -Name 'same' -Property @{ os_distro = 'debian' }
        $result.IsConverted | Should -BeFalse
        $result.SourcePath | Should -Be $raw
        $shown = Get-ServiceImage -ImageId $result.ImageId
        $shown.Status | Should -Be 'active'
        $shown.Size | Should -Be 4MB
        $shown.VirtualSize | Should -Be 4MB
        $shown.Properties['os_distro'] | Should -Be 'debian'
        $shown.OsHashValue | Should -Be (Get-FileHash -LiteralPath $raw -Algorithm SHA512).Hash.ToLowerInvariant()
        $result.Hash | Should -Be $shown.OsHashValue
    }

    It 'converts, checks again and compresses' -Skip:(-not (Get-Command qemu-img -ErrorAction Ignore)) {
        $result = Publish-VolumeImage $raw -Name 'small' -DiskFormat qcow2
        $result.IsConverted | Should -BeTrue
        $result.DiskFormat | Should -Be 'qcow2'
        $result.Size | Should -BeLessThan 1MB
        (Get-ServiceImage -ImageId $result.ImageId).VirtualSize | Should -Be 4MB
        (Publish-VolumeImage $raw -Name 'large' -DiskFormat qcow2 -NoCompress).Size | Should -BeGreaterThan $result.Size
        Get-ChildItem -Force (Join-Path $TestDrive 'conversion') | Should -BeNullOrEmpty
    }

    It 'gives a queued image its data' {
        $queued = New-ServiceImage -Name 'waiting' -DiskFormat raw
        (Publish-VolumeImage $raw -ImageId $queued.ImageId).ImageId | Should -Be $queued.ImageId
        (Get-ServiceImage -ImageId $queued.ImageId).Status | Should -Be 'active'
    }

    It 'does not touch an image that has data' {
        $first = Publish-VolumeImage $raw -Name 'full'
        Publish-VolumeImage $raw -ImageId $first.ImageId -ErrorVariable failed -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $failed.CategoryInfo.Category | Should -Not -Be 'NotSpecified'
        (Get-ServiceImage -ImageId $first.ImageId).OsHashValue | Should -Be $first.Hash
    }

    It 'sends a stream as it is' {
        $stream = [IO.File]::OpenRead($raw)
        try {
            $result = Publish-VolumeImage -Stream $stream -Name 'streamed'
            $result.Size | Should -Be 4MB
            $result.SourcePath | Should -BeNullOrEmpty
        }
        finally {
            $stream.Dispose()
        }
    }

    It 'ends the pipeline of an image, and makes a new one beside the source' -Skip:(-not (Get-Command qemu-img -ErrorAction Ignore)) {
        $source = Publish-VolumeImage $raw -Name 'origin' -DiskFormat qcow2
        $result = Get-ServiceImage -ImageId $source.ImageId |
            Convert-VolumeImage -Destination ./pipeline.raw |
            Publish-VolumeImage -Name 'made' -DiskFormat qcow2
        $result.ImageId | Should -Not -Be $source.ImageId
        $result.SourcePath | Should -Be (Join-Path $TestDrive 'pipeline.raw')
        (Get-ServiceImage -ImageId $source.ImageId).OsHashValue | Should -Be $source.Hash
        @(Get-ServiceImage -Name 'made').Count | Should -Be 1
    }

    It 'never guesses what a volume is' -Skip:(-not (Get-Command qemu-img -ErrorAction Ignore)) {
        $image = New-Qcow2Disk -Path (Join-Path $TestDrive 'inside.qcow2')
        Publish-VolumeImage $image -Name 'guessed' -DiskFormat vmdk -ErrorVariable failed -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $failed.FullyQualifiedErrorId | Should -BeLike 'ImageUnacceptable,*'
        Get-ServiceImage -Name 'guessed' | Should -BeNullOrEmpty
        (Publish-VolumeImage $image -Name 'told' -DiskFormat vmdk -VolumeFormat qcow2).DiskFormat | Should -Be 'vmdk'
    }

    It 'wants either a name or an id' {
        { Publish-VolumeImage $raw } | Should -Throw -ErrorId 'InvalidArgument*'
        { Publish-VolumeImage $raw -Name a -ImageId b } | Should -Throw -ErrorId 'InvalidArgument*'
    }

    It 'does nothing under -WhatIf' {
        $before = @(Get-ServiceImage).Count
        Publish-VolumeImage $raw -Name 'whatif' -WhatIf | Should -BeNullOrEmpty
        @(Get-ServiceImage).Count | Should -Be $before
    }
}
