BeforeAll { . (Join-Path $PSScriptRoot 'TestSetup.ps1') }

Describe 'Convert-VolumeImage' {
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

    It 'copies raw to raw without a native tool' {
        $result = Convert-VolumeImage $raw ./copy.raw
        $result.Engine | Should -Be 'managed'
        $result.Format | Should -Be 'raw'
        $result.SourcePath | Should -Be $raw
        $result.Path | Should -Be (Join-Path $TestDrive 'copy.raw')
        Get-Sha256 ./copy.raw | Should -Be (Get-Sha256 $raw)
    }

    Context 'with qemu-img' -Skip:(-not (Get-Command qemu-img -ErrorAction Ignore)) {
        It 'goes to <format> and back without a change' -ForEach @(
            @{ format = 'qcow2' }, @{ format = 'vmdk' }, @{ format = 'vhd' }, @{ format = 'vhdx' }, @{ format = 'vdi' }
        ) {
            $there = Convert-VolumeImage $raw "./there.$format" -OutputFormat $format
            $there.Format | Should -Be $format
            $there.VirtualSize | Should -Be 4MB
            Convert-VolumeImage $there.Path "./back-$format.raw" | Out-Null
            Get-Sha256 "./back-$format.raw" | Should -Be (Get-Sha256 $raw)
        }

        It 'compresses qcow2 on request' {
            $plain = Convert-VolumeImage $raw ./plain.qcow2 -OutputFormat qcow2
            $small = Convert-VolumeImage $raw ./small.qcow2 -OutputFormat qcow2 -Compress
            (Get-Item $small.Path).Length | Should -BeLessThan (Get-Item $plain.Path).Length
        }

        It 'never converts an image that its inspector refuses' {
            $image = New-Qcow2Disk -Path (Join-Path $TestDrive 'overlay.qcow2') -Backing $raw
            Convert-VolumeImage $image ./stolen.raw -ErrorVariable failed -ErrorAction SilentlyContinue
            $failed.FullyQualifiedErrorId | Should -BeLike 'ImageUnacceptable,*'
            './stolen.raw' | Should -Not -Exist
        }

        It 'shows each command line exactly as run' {
            $verbose = Convert-VolumeImage $raw ./verbose.qcow2 -OutputFormat qcow2 -Verbose 4>&1 | Where-Object { $_ -is [Management.Automation.VerboseRecord] }
            "$verbose" | Should -Match 'qemu-img convert'
        }

        It 'turns an image of the image service into a volume' {
            $id = (Publish-VolumeImage $raw -Name service -DiskFormat qcow2).ImageId
            $result = Get-ServiceImage -ImageId $id | Convert-VolumeImage -Destination ./volume.raw
            $result.SourceImageId | Should -Be $id
            $result.SourcePath | Should -BeNullOrEmpty
            Get-Sha256 ./volume.raw | Should -Be (Get-Sha256 $raw)
            Get-ChildItem -Force (Join-Path $TestDrive 'conversion') | Should -BeNullOrEmpty
        }

        It 'holds the virtual size against the volume before it writes' {
            $big = New-RawDisk -Path (Join-Path $TestDrive 'big.raw') -Size (1GB + 1MB)
            Convert-VolumeImage $big ./big.qcow2 -OutputFormat qcow2 -VolumeSizeGB 1 -ErrorVariable failed -ErrorAction SilentlyContinue
            $failed.FullyQualifiedErrorId | Should -BeLike 'ImageUnacceptable,*'
            './big.qcow2' | Should -Not -Exist
            Remove-Item $big
        }

        It 'ends its child and leaves nothing when it is stopped' {
            $big = New-RawDisk -Path (Join-Path $TestDrive 'long.raw') -Size 64MB
            [byte[]]$noise = [Security.Cryptography.RandomNumberGenerator]::GetBytes(16MB)
            $stream = [IO.File]::OpenWrite($big); $stream.Write($noise, 0, $noise.Length); $stream.Dispose()
            $folder = New-Item -ItemType Directory -Path (Join-Path $TestDrive 'stopped')
            $target = Join-Path $folder 'long.qcow2'
            $shell = [powershell]::Create()
            $shell.AddScript("Import-Module '$ModuleManifest'; Convert-VolumeImage '$big' '$target' -OutputFormat qcow2 -Engine QemuImg -MaxBytesPerSecond 1MB") | Out-Null
            $running = $shell.BeginInvoke()
            $child = $null
            for ($i = 0; $i -lt 200 -and -not $child; $i++) {
                Start-Sleep -Milliseconds 50
                $child = & pgrep -f "^[^ ]*qemu-img convert.*$folder"
            }
            $child | Should -Not -BeNullOrEmpty -Because 'the conversion has to be under way'
            $running.IsCompleted | Should -BeFalse
            $shell.Stop()
            $shell.InvocationStateInfo.State | Should -Be 'Stopped'
            $shell.Dispose()
            Get-Process -Id $child -ErrorAction Ignore | Should -BeNullOrEmpty
            Get-ChildItem -Force $folder | Should -BeNullOrEmpty
        }
    }

    Context 'with passphrases' -Skip:(-not (Get-Command qemu-img -ErrorAction Ignore)) {
        BeforeAll {
            Set-Content -LiteralPath one.pass -Value 'first' -NoNewline
            $first = [Net.NetworkCredential]::new('', 'first').SecurePassword
            $second = [Net.NetworkCredential]::new('', "zweite $([char]0x2603)").SecurePassword
        }

        It 'locks with a cipher, changes the passphrase, and opens again' {
            $verbose = $( $locked = Convert-VolumeImage $raw ./locked.luks -OutputFormat luks -CipherSpec aes-xts-plain64 -KeySize 256 -PassphraseFile ./one.pass -Verbose ) 4>&1
            $locked.Format | Should -Be 'luks'
            $locked.VirtualSize | Should -Be 4MB
            "$verbose" | Should -Match '-O luks .*-o cipher-alg=aes-256,cipher-mode=xts,ivgen-alg=plain64 --object secret,id=luks_sec,format=raw,file=\S+ -o key-secret=luks_sec'
            "$verbose" | Should -Not -Match 'first'
            (Get-QemuImageInfo ./locked.luks).FormatSpecific['cipher-alg'] | Should -Be 'aes-256'
            (Convert-VolumeImage ./locked.luks ./changed.luks -OutputFormat luks -SourcePassphrase $first -Passphrase $second).SourceFormat | Should -Be 'luks'
            Convert-VolumeImage ./changed.luks ./opened.raw -SourcePassphrase $second | Out-Null
            Get-Sha256 ./opened.raw | Should -Be (Get-Sha256 $raw)

            Convert-VolumeImage ./changed.luks ./wrong.raw -SourcePassphraseFile ./one.pass -ErrorVariable failed -ErrorAction SilentlyContinue
            $failed.FullyQualifiedErrorId | Should -BeLike 'WrongPassphrase,*'
            $failed.CategoryInfo.Category | Should -Be 'AuthenticationError'
            './wrong.raw' | Should -Not -Exist
        }

        It 'makes an encrypted volume of an image of the service' {
            $id = (Publish-VolumeImage $raw -Name secret -DiskFormat raw).ImageId
            $volume = Convert-VolumeImage -ImageId $id ./service.luks -OutputFormat luks -Passphrase $first
            $volume.SourceImageId | Should -Be $id
            $volume.Format | Should -Be 'luks'
        }

        It 'refuses <what> before any work' -ForEach @(
            @{ what = 'LUKS without a passphrase'; id = 'InvalidPassphrase'; with = @{ OutputFormat = 'luks' } }
            @{ what = 'a passphrase for raw'; id = 'NotSupported'; with = @{ PassphraseFile = './one.pass' } }
            @{ what = 'a source passphrase for a plain disk'; id = 'NotSupported'; with = @{ SourcePassphraseFile = './one.pass' } }
            @{ what = 'a passphrase file that is not there'; id = 'PathNotFound'; with = @{ OutputFormat = 'luks'; PassphraseFile = './none.pass' } }
            @{ what = 'a broken cipher'; id = 'InvalidCipherSpec'; with = @{ OutputFormat = 'luks'; PassphraseFile = './one.pass'; CipherSpec = 'aes' } }
            @{ what = 'a key size without a cipher'; id = 'InvalidArgument'; with = @{ OutputFormat = 'luks'; PassphraseFile = './one.pass'; KeySize = 256 } }
        ) {
            $failed = Get-ErrorOf { param([string] $ErrorAction, $ErrorVariable) Convert-VolumeImage $raw ./refused @with -ErrorAction Stop }
            $failed.FullyQualifiedErrorId | Should -BeLike "$id,*"
            './refused' | Should -Not -Exist
        }
    }

    Context 'with a device' -Skip:(-not ($IsLinux -and (id -u) -eq 0 -and (Get-Command losetup -ErrorAction Ignore))) {
        BeforeAll {
            [IO.File]::WriteAllBytes((Join-Path $TestDrive 'device.img'), [byte[]]::new(6MB))
            $device = & losetup --find --show (Join-Path $TestDrive 'device.img')
        }

        AfterAll { if ($device) { & losetup --detach $device } }

        It 'writes it after a question, and not under -WhatIf' {
            if (-not $device) { Set-ItResult -Skipped -Because 'loop devices cannot be made here'; return }
            $zeros = (Get-FileHash -InputStream ([IO.MemoryStream]::new([byte[]]::new(4MB)))).Hash
            function Get-DeviceHash { $bytes = [byte[]]::new(4MB); $stream = [IO.File]::OpenRead($device); $stream.ReadExactly($bytes, 0, 4MB); $stream.Dispose(); (Get-FileHash -InputStream ([IO.MemoryStream]::new($bytes))).Hash }
            Convert-VolumeImage $raw $device -WhatIf
            Get-DeviceHash | Should -Be $zeros

            # Nobody is there to say yes.
            $asked = & pwsh -NoProfile -NonInteractive -Command "Import-Module '$ModuleManifest'; Convert-VolumeImage '$raw' '$device'" 2>&1
            $LASTEXITCODE | Should -Not -Be 0 -Because "$asked"
            Get-DeviceHash | Should -Be $zeros

            $result = Convert-VolumeImage $raw $device -Confirm:$false
            $result.Path | Should -Be $device
            Get-DeviceHash | Should -Be (Get-Sha256 $raw)
        }

        It 'refuses what is too large for it, and what is no device' {
            if (-not $device) { Set-ItResult -Skipped -Because 'loop devices cannot be made here'; return }
            $big = New-RawDisk -Path (Join-Path $TestDrive 'toobig.raw') -Size 7MB
            Convert-VolumeImage $big $device -Confirm:$false -ErrorVariable failed -ErrorAction SilentlyContinue
            $failed.FullyQualifiedErrorId | Should -BeLike 'ImageTooBig,*'
            Convert-VolumeImage $raw /dev/no-such-device -Confirm:$false -ErrorVariable missing -ErrorAction SilentlyContinue
            $missing.FullyQualifiedErrorId | Should -BeLike 'DeviceNotFound,*'
        }
    }

    It 'names the results after the sources in a folder' {
        New-Item -ItemType Directory -Path out | Out-Null
        Copy-Item disk.raw second.img
        $results = Get-Item disk.raw, second.img | Convert-VolumeImage -Destination out
        Split-Path -Leaf $results.Path | Should -Be 'disk.raw', 'second.raw'
    }

    It 'takes a table of sources and destinations' {
        $rows = "FullName,Destination`ndisk.raw,row1.raw`nsecond.img,row2.raw" | ConvertFrom-Csv
        $results = $rows | Convert-VolumeImage
        Split-Path -Leaf $results.SourcePath | Should -Be 'disk.raw', 'second.img'
        Split-Path -Leaf $results.Path | Should -Be 'row1.raw', 'row2.raw'
        # The text of an object is no path.
        $failed = Get-ErrorOf { [pscustomobject]@{ Path = 'disk.raw' } | Get-QemuImageInfo -ErrorAction Stop }
        $failed.FullyQualifiedErrorId | Should -BeLike 'InputObjectNotBound,*'
        (Get-ErrorOf { Get-QemuImageInfo ([pscustomobject]@{ Path = 'disk.raw' }) }).Exception.Message | Should -BeLike '*custom object is no path*'
    }

    It 'refuses two inputs for one file before any work' {
        { Get-Item disk.raw, second.img | Convert-VolumeImage -Destination ./single.raw } | Should -Throw -ErrorId 'DestinationNotFolder*'
        './single.raw' | Should -Not -Exist
    }

    It 'refuses to write onto its source, also by a link' -Skip:(-not $IsLinux) {
        $before = Get-Sha256 $raw
        New-Item -ItemType SymbolicLink -Path link.raw -Value $raw | Out-Null
        New-Item -ItemType HardLink -Path hard.raw -Value $raw | Out-Null
        foreach ($target in $raw, './link.raw', './hard.raw') {
            Convert-VolumeImage $raw $target -Force -ErrorVariable failed -ErrorAction SilentlyContinue
            $failed.FullyQualifiedErrorId | Should -BeLike 'DestinationIsSource,*' -Because $target
        }
        Get-Sha256 $raw | Should -Be $before
    }

    It 'does not overwrite without -Force' {
        Set-Content -LiteralPath kept.raw -Value 'kept'
        Convert-VolumeImage $raw ./kept.raw -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed.FullyQualifiedErrorId | Should -BeLike 'DestinationExists,*'
        $failed.CategoryInfo.Category | Should -Be 'ResourceExists'
        Get-Content kept.raw | Should -Be 'kept'
    }

    It 'does nothing under -WhatIf' {
        Convert-VolumeImage $raw ./whatif.raw -WhatIf | Should -BeNullOrEmpty
        './whatif.raw' | Should -Not -Exist
    }

    It 'still copies raw where qemu-img is missing, and refuses the rest before any work' {
        $path = $env:PATH
        try {
            $env:PATH = Join-Path $TestDrive 'nothing-here'
            (Convert-VolumeImage $raw ./without.raw).Format | Should -Be 'raw'
            Convert-VolumeImage $raw ./without.qcow2 -OutputFormat qcow2 -Engine QemuImg -ErrorVariable failed -ErrorAction SilentlyContinue
            $failed.FullyQualifiedErrorId | Should -BeLike 'ToolNotFound,*'
            './without.qcow2' | Should -Not -Exist
        }
        finally {
            $env:PATH = $path
        }
    }

    It 'makes a destination that is no file one error with its cause, and the rest goes on' {
        $results = Get-Item disk.raw, second.img | Convert-VolumeImage -Destination { $_.Extension -eq '.raw' ? 'Env:/nothing' : './goes-on.raw' } -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed.FullyQualifiedErrorId | Should -BeLike 'PathNotFileSystem,*'
        $failed.CategoryInfo.Category | Should -Be 'InvalidArgument'
        Split-Path -Leaf $results.Path | Should -Be 'goes-on.raw'
    }

    It 'finds two inputs for one file behind a link to its folder' -Skip:(-not $IsLinux) {
        New-Item -ItemType Directory -Path linked | Out-Null
        New-Item -ItemType SymbolicLink -Path other -Value (Join-Path $TestDrive 'linked') | Out-Null
        { Get-Item disk.raw, second.img | Convert-VolumeImage -Destination { $_.Extension -eq '.raw' ? 'linked/x.raw' : 'other/x.raw' } } | Should -Throw -ErrorId 'DestinationNotFolder*'
        Get-ChildItem linked | Should -BeNullOrEmpty
    }

    It 'leaves no new folder behind where there was nothing to convert' {
        Convert-VolumeImage -LiteralPath ./missing.raw -Destination ./new-folder/ -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed.FullyQualifiedErrorId | Should -BeLike 'PathNotFound,*'
        './new-folder' | Should -Not -Exist
    }

    It 'names the setting that cannot be used before any work' {
        $env:IMAGEUTILS_CONVERSION_CPU_LIMIT = 'abc'
        try {
            { Convert-VolumeImage $raw ./never.raw } | Should -Throw -ErrorId 'InvalidOption*' -ExpectedMessage '*IMAGEUTILS_CONVERSION_CPU_LIMIT*'
        }
        finally {
            Remove-Item Env:IMAGEUTILS_CONVERSION_CPU_LIMIT
        }
    }

    It 'says that a format cannot be written' {
        { Convert-VolumeImage $raw ./x.dmg -OutputFormat dmg } | Should -Throw -ErrorId 'ParameterArgumentValidationError*'
        (Get-Completion 'Convert-VolumeImage x y -OutputFormat ').CompletionText | Should -Not -Contain 'dmg'
    }
}
