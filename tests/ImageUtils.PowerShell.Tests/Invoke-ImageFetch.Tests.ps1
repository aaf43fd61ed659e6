BeforeAll { . (Join-Path $PSScriptRoot 'TestSetup.ps1') }

Describe 'Invoke-ImageFetch' {
    BeforeAll {
        Push-Location $TestDrive
        $env:IMAGEUTILS_IMAGE_CONVERSION_DIRECTORY = Join-Path $TestDrive 'conversion'
        $connection = Connect-ImageService -LocalDirectory (Join-Path $TestDrive 'service')
        $raw = New-RawDisk -Path (Join-Path $TestDrive 'disk.raw')
        $image = Publish-VolumeImage $raw -Name 'source'
    }

    AfterAll {
        Pop-Location
        Remove-Item Env:IMAGEUTILS_IMAGE_CONVERSION_DIRECTORY
        Disconnect-ImageService
    }

    It 'downloads an image whose hash it checks' {
        $result = Invoke-ImageFetch -ImageId $image.ImageId -Destination ./fetched.raw
        $result.Path | Should -Be (Join-Path $TestDrive 'fetched.raw')
        $result.SourceImageId | Should -Be $image.ImageId
        $result.IsHashVerified | Should -BeTrue
        $result.Size | Should -Be 4MB
        Get-Sha256 ./fetched.raw | Should -Be (Get-Sha256 $raw)
    }

    It 'takes images from the pipeline, and names the file after the id in a folder' {
        New-Item -ItemType Directory -Path folder | Out-Null
        $result = Get-ServiceImage | Invoke-ImageFetch -Destination folder
        $result.Path | Should -Be (Join-Path $TestDrive "folder/$($image.ImageId).raw")
    }

    It 'takes a script block for -Destination' {
        $result = Get-ServiceImage | Invoke-ImageFetch -Destination { "$($_.Name).img" }
        Split-Path -Leaf $result.Path | Should -Be 'source.img'
    }

    It 'does nothing under -WhatIf' {
        Invoke-ImageFetch -ImageId $image.ImageId -Destination ./whatif.raw -WhatIf | Should -BeNullOrEmpty
        './whatif.raw' | Should -Not -Exist
    }

    It 'does not overwrite without -Force' {
        Set-Content -LiteralPath kept.raw -Value 'kept'
        Invoke-ImageFetch -ImageId $image.ImageId -Destination ./kept.raw -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed.FullyQualifiedErrorId | Should -BeLike 'DestinationExists,*'
        Get-Content kept.raw | Should -Be 'kept'
        (Invoke-ImageFetch -ImageId $image.ImageId -Destination ./kept.raw -Force).Size | Should -Be 4MB
    }

    It 'refuses a wrong hash and leaves nothing' {
        Invoke-ImageFetch -ImageId $image.ImageId -Destination ./wrong.raw -ExpectedHash ('0' * 64) -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed.FullyQualifiedErrorId | Should -BeLike 'DigestMismatch,*'
        $failed.CategoryInfo.Category | Should -Be 'SecurityError'
        './wrong.raw' | Should -Not -Exist
        Get-ChildItem -Force -Filter '.iu-*' | Should -BeNullOrEmpty
    }

    It 'accepts the right hash of any algorithm' {
        $hash = (Get-FileHash -LiteralPath $raw -Algorithm SHA256).Hash
        (Invoke-ImageFetch -ImageId $image.ImageId -Destination ./right.raw -ExpectedHash $hash).IsHashVerified | Should -BeTrue
    }

    It 'says that an image is not there, and touches nothing' {
        Set-Content -LiteralPath safe.raw -Value 'safe'
        Invoke-ImageFetch -ImageId ([guid]::NewGuid()) -Destination ./safe.raw -Force -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed.FullyQualifiedErrorId | Should -BeLike 'ImageNotFound,*'
        Get-Content safe.raw | Should -Be 'safe'
    }

    It 'refuses data that are not what the image claims' -Skip:(-not (Get-Command qemu-img -ErrorAction Ignore)) {
        $qcow2 = New-Qcow2Disk -Path (Join-Path $TestDrive 'liar.qcow2')
        $record = New-ServiceImage -Name liar -DiskFormat raw
        $data = Join-Path $TestDrive "service/$($record.ImageId)"
        $liar = Publish-VolumeImage $qcow2 -Name honest -DiskFormat qcow2 -VolumeFormat qcow2
        Copy-Item (Join-Path $TestDrive "service/$($liar.ImageId)/data") (Join-Path $data 'data')
        $json = Get-Content -Raw (Join-Path $TestDrive "service/$($liar.ImageId)/image.json") | ConvertFrom-Json
        $json.id = $record.ImageId
        $json.disk_format = 'raw'
        $json | ConvertTo-Json -Depth 5 | Set-Content (Join-Path $data 'image.json')
        Invoke-ImageFetch -ImageId $record.ImageId -Destination ./liar.raw -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed.FullyQualifiedErrorId | Should -BeLike 'ImageUnacceptable,*'
        './liar.raw' | Should -Not -Exist
        (Invoke-ImageFetch -ImageId $record.ImageId -Destination ./liar.raw -SkipFormatCheck).Format | Should -BeNullOrEmpty
    }

    It 'refuses two images for one file before it fetches any' {
        Publish-VolumeImage $raw -Name 'another' | Out-Null
        { Get-ServiceImage | Invoke-ImageFetch -Destination ./one.raw } | Should -Throw -ErrorId 'DestinationNotFolder*'
        './one.raw' | Should -Not -Exist
    }

    It 'works with a connection that is handed to it' {
        Disconnect-ImageService
        (Invoke-ImageFetch -ImageId $image.ImageId -Destination ./handed.raw -ImageService $connection).Size | Should -Be 4MB
        Connect-ImageService -LocalDirectory (Join-Path $TestDrive 'service') | Out-Null
    }

    It 'completes image ids, with the name as what is shown' {
        $completion = Get-Completion 'Invoke-ImageFetch -ImageId sour' | Select-Object -First 1
        $completion.CompletionText | Should -Be $image.ImageId
        $completion.ListItemText | Should -Be 'source'
    }
}
