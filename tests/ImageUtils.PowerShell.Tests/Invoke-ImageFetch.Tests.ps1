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

    It 'says which input an argument that cannot be used belongs to' {
        (Get-ErrorOf { Invoke-ImageFetch -Uri 'ftp://elsewhere/x' -Destination ./x -ErrorAction Stop }).TargetObject | Should -Be 'ftp://elsewhere/x'
        (Get-ErrorOf { Invoke-ImageFetch $image.ImageId -Destination Env:/x -ErrorAction Stop }).TargetObject | Should -Be $image.ImageId
        (Get-ErrorOf { Convert-VolumeImage -Uri 'ftp://elsewhere/x' -Destination ./x -ErrorAction Stop }).TargetObject | Should -Be 'ftp://elsewhere/x'
        (Get-ErrorOf { Convert-VolumeImage -ImageId $image.ImageId -Destination Env:/x -ErrorAction Stop }).TargetObject | Should -Be $image.ImageId
        (Get-ErrorOf { Convert-VolumeImage $raw -Destination Env:/x -ErrorAction Stop }).TargetObject | Should -Be $raw
    }

    It 'repeats no password of an address in an error record' {
        foreach ($failed in (Get-ErrorOf { Invoke-ImageFetch -Uri 'http://user:secret@127.0.0.1:9/x' -Destination ./x -ErrorAction Stop }),
            (Get-ErrorOf { Invoke-ImageFetch -Uri 'ftp://user:secret@host/x' -Destination ./x -ErrorAction Stop }),
            (Get-ErrorOf { Convert-VolumeImage -Uri 'http://user:secret@127.0.0.1:9/x' -Destination ./x -ErrorAction Stop }),
            (Get-ErrorOf { Connect-ImageService -Endpoint 'http://user:secret@127.0.0.1:9/' -ErrorAction Stop })) {
            "$($failed.TargetObject) $failed $($failed.CategoryInfo)" | Should -BeLike '*//*'
            "$($failed.TargetObject) $failed $($failed.CategoryInfo)" | Should -Not -BeLike '*secret*'
        }
    }

    It 'takes what scripts say of root and of staging, which change nothing here' {
        (Invoke-ImageFetch $image.ImageId -Destination ./root.raw -RunAsRoot).Size | Should -Be 4MB
        $result = $image | Convert-VolumeImage -Destination ./staged.raw -Staged
        $result.TemporaryBytes | Should -Be 4MB
        $result.SourceImageId | Should -Be $image.ImageId
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

Describe 'Invoke-ImageFetch -Uri' {
    BeforeAll {
        Push-Location $TestDrive
        $published = (New-Item -ItemType Directory -Path published).FullName
        $raw = New-RawDisk -Path (Join-Path $published 'my disk.img') -Size 6MB
        $hash = (Get-Sha256 $raw).ToLowerInvariant()
        Set-Content (Join-Path $published 'SHA256SUMS') "# images`n$('0' * 64)  other.img`n$hash *my disk.img"
        Set-Content (Join-Path $published 'WRONG') "$('0' * 64)  my disk.img"
        $web = Start-WebFolder $published
        $address = "$($web.Address)/my%20disk.img"
    }

    AfterAll {
        Stop-WebFolder $web
        Pop-Location
    }

    BeforeEach {
        Get-ChildItem -Force -File | Remove-Item -Force
    }

    AfterEach {
        Get-ChildItem -Force -Filter '.iu-*' | Should -BeNullOrEmpty
    }

    It 'downloads an address without any service' {
        $result = Invoke-ImageFetch -Uri $address -Destination ./disk.img
        $result.SourceUri | Should -Be $address
        $result.SourceImageId | Should -BeNullOrEmpty
        $result.Format | Should -Be 'raw'
        $result.IsHashVerified | Should -BeFalse
        Get-Sha256 ./disk.img | Should -Be $hash
    }

    It 'names the file in a folder after the address' {
        New-Item -ItemType Directory -Path folder | Out-Null
        (Invoke-ImageFetch -Uri $address -Destination folder).Path | Should -Be (Join-Path $TestDrive 'folder/my disk.img')
    }

    It 'takes addresses from the pipeline by name' {
        New-Item -ItemType Directory -Path piped | Out-Null
        $result = [pscustomobject]@{ Uri = $address }, [pscustomobject]@{ Uri = "$($web.Address)/none.img" } |
            Invoke-ImageFetch -Destination piped -ErrorVariable failed -ErrorAction SilentlyContinue
        $result.Path | Should -Be (Join-Path $TestDrive 'piped/my disk.img')
        $failed.FullyQualifiedErrorId | Should -BeLike 'ImageNotFound,*'
    }

    It 'holds the data against a list of hashes: <Kind>' -ForEach @(
        @{ Kind = 'an address'; List = { "$($web.Address)/SHA256SUMS" } }
        @{ Kind = 'sha256sum'; List = { Join-Path $published 'SHA256SUMS' } }
        @{ Kind = 'BSD'; List = { Set-Content ./BSD "SHA256 (my disk.img) = $hash"; './BSD' } }
    ) {
        $result = Invoke-ImageFetch -Uri $address -Destination ./disk.img -HashFile (& $List) -RequireHash
        $result.IsHashVerified | Should -BeTrue
        $result.Hash | Should -Be $hash
    }

    It 'refuses what a list says otherwise, or says nothing of' {
        (Get-ErrorOf { Invoke-ImageFetch -Uri $address -Destination ./disk.img -HashFile (Join-Path $published 'WRONG') -ErrorAction Stop }).FullyQualifiedErrorId | Should -BeLike 'DigestMismatch,*'
        (Get-ErrorOf { Invoke-ImageFetch -Uri "$($web.Address)/WRONG" -Destination ./disk.img -HashFile (Join-Path $published 'SHA256SUMS') -ErrorAction Stop }).FullyQualifiedErrorId | Should -BeLike 'InvalidHash,*'
        (Get-ErrorOf { Invoke-ImageFetch -Uri $address -Destination ./disk.img -HashFile ./none -ErrorAction Stop }).FullyQualifiedErrorId | Should -BeLike 'PathNotFound,*'
        (Get-ErrorOf { Invoke-ImageFetch -Uri $address -Destination ./disk.img -RequireHash -ErrorAction Stop }).FullyQualifiedErrorId | Should -BeLike 'ImageUnacceptable,*'
        './disk.img' | Should -Not -Exist
    }

    It 'uses several connections' {
        New-RawDisk -Path (Join-Path $published 'large.img') -Size 20MB | Out-Null
        $web.Requests.Clear()
        Invoke-ImageFetch -Uri "$($web.Address)/large.img" -Destination ./large.img -Connections 3 | Out-Null
        Get-Sha256 ./large.img | Should -Be (Get-Sha256 (Join-Path $published 'large.img'))
        @($web.Requests | Where-Object { $_ -match 'bytes=(8388608|16777216)-' }).Count | Should -Be 2
    }

    It 'goes on from what an earlier fetch kept' {
        Set-ImageUtilsOption -RetryCount 0
        try {
            $web.Requests.Clear()
            $web.State.CutAfter = 4MB
            $failed = Get-ErrorOf { Invoke-ImageFetch -Uri $address -Destination ./disk.img -WarningAction SilentlyContinue -ErrorAction Stop }
            $failed.FullyQualifiedErrorId | Should -BeLike 'ImageDownloadFailed,*'
            './disk.img' | Should -Not -Exist
            $kept = Get-ChildItem -Force -Filter '.iu-resume-*' | Sort-Object -Property Length -Bottom 1
            $kept.Length | Should -BeGreaterThan 1MB
            $web.State.CutAfter = 0
            $result = Invoke-ImageFetch -Uri $address -Destination ./disk.img
            $result.IsResumed | Should -BeTrue
            Get-Sha256 ./disk.img | Should -Be $hash
            $web.Requests | Should -Contain "my disk.img bytes=$($kept.Length)-"
        }
        finally {
            $web.State.CutAfter = 0
            Reset-ImageUtilsOption -Name RetryCount
        }
    }

    It 'refuses what is no address' {
        (Get-ErrorOf { Invoke-ImageFetch -Uri 'ftp://host/disk.img' -Destination ./disk.img -ErrorAction Stop }).FullyQualifiedErrorId | Should -BeLike 'InvalidAddress,*'
        $failed = Get-ErrorOf { Invoke-ImageFetch -Uri 'http://me:hunter2@host/disk.img' -Destination ./disk.img -ErrorAction Stop }
        $failed.FullyQualifiedErrorId | Should -BeLike 'InvalidAddress,*'
        "$failed" | Should -Not -Match 'hunter2'
    }

    It 'follows no redirect to the local link' {
        $failed = Get-ErrorOf { Invoke-ImageFetch -Uri "$($web.Address)/moved" -Destination ./disk.img -ErrorAction Stop }
        $failed.FullyQualifiedErrorId | Should -BeLike 'ImageDownloadFailed,*'
        "$failed" | Should -Match '169\.254\.169\.254'
    }

    It 'does nothing under -WhatIf' {
        Invoke-ImageFetch -Uri $address -Destination ./disk.img -WhatIf | Should -BeNullOrEmpty
        './disk.img' | Should -Not -Exist
    }

    It 'refuses a bad image by its header' -Skip:(-not (Get-Command qemu-img -ErrorAction Ignore)) {
        $bad = New-Qcow2Disk -Path (Join-Path $published 'bad.qcow2') -Backing $raw
        $stream = [IO.File]::OpenWrite($bad)
        $stream.SetLength(60MB)
        $stream.Dispose()
        $web.Requests.Clear()
        (Get-ErrorOf { Invoke-ImageFetch -Uri "$($web.Address)/bad.qcow2" -Destination ./disk.img -ErrorAction Stop }).FullyQualifiedErrorId | Should -BeLike 'ImageUnacceptable,*'
        $web.Requests | Where-Object { $_ -match 'bytes=\d+-$|qcow2$' } | Should -BeNullOrEmpty
    }
}
