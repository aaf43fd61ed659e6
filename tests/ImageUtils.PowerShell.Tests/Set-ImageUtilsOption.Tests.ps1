BeforeAll { . (Join-Path $PSScriptRoot 'TestSetup.ps1') }

Describe 'Set-ImageUtilsOption' {
    AfterEach {
        Reset-ImageUtilsOption
        Remove-Item -LiteralPath $OptionsFile -ErrorAction Ignore
        $env:IMAGEUTILS_RETRY_COUNT = $null
    }

    It 'has a parameter for each option' {
        $parameters = (Get-Command Set-ImageUtilsOption).Parameters.Keys
        [ImageUtils.Configuration.OptionDefinitions]::All.Name | Where-Object { $_ -notin $parameters } | Should -BeNullOrEmpty
    }

    It 'keeps every kind of value in this session' {
        Set-ImageUtilsOption -CompressOnUpload $false -ConversionDisabled:$true -ConversionCpuLimit ([timespan]'00:02:00') -ConversionAddressSpaceLimit 2GB `
            -VmdkAllowedTypes @() -ReservedImageNamespaces my_, your_ -VolumeDdBlockSize 512K -RootHelper 'sudo -n' -ConversionFormat vpc -RetryCount 0 -BackendName '@lvm'
        $value = @{}
        Get-ImageUtilsOption | ForEach-Object { $value[$_.Name] = $_.Value }
        $value.CompressOnUpload | Should -BeFalse
        $value.ConversionDisabled | Should -BeTrue
        $value.ConversionCpuLimit | Should -Be 120
        $value.ConversionAddressSpaceLimit | Should -Be 2GB
        $value.VmdkAllowedTypes | Should -BeNullOrEmpty
        $value.ReservedImageNamespaces | Should -Be 'my_', 'your_'
        $value.VolumeDdBlockSize | Should -Be 512KB
        $value.RootHelper | Should -Be 'sudo', '-n'
        $value.ConversionFormat | Should -Be 'vhd'
        $value.RetryCount | Should -Be 0
        $value.BackendName | Should -Be '@lvm'
        (Get-ImageUtilsOption | Where-Object Source -EQ Session).Count | Should -Be 11
        $OptionsFile | Should -Not -Exist
    }

    It 'writes the user file, which other sessions read' {
        $shown = Set-ImageUtilsOption -RetryCount 6 -Scope User -PassThru
        $shown.Value | Should -Be 6
        $shown.Source | Should -Be 'UserFile'
        (Get-Content -Raw $OptionsFile | ConvertFrom-Json).RetryCount | Should -Be 6
        $other = 1 | ForEach-Object -Parallel {
            Import-Module $using:ModuleManifest
            Get-ImageUtilsOption RetryCount
        }
        $other.Value | Should -Be 6
        $other.Source | Should -Be 'UserFile'
    }

    It 'is inert under -WhatIf' {
        Set-ImageUtilsOption -RetryCount 6 -WhatIf
        Set-ImageUtilsOption -RetryCount 6 -Scope User -WhatIf
        (Get-ImageUtilsOption RetryCount).Source | Should -Be 'Default'
        $OptionsFile | Should -Not -Exist
    }

    It 'belongs to its runspace alone' {
        Set-ImageUtilsOption -RetryCount 9
        $others = 1..4 | ForEach-Object -UseNewRunspace -Parallel {
            Import-Module $using:ModuleManifest
            $before = (Get-ImageUtilsOption RetryCount).Value
            Set-ImageUtilsOption -RetryCount (10 + $_)
            "$before $((Get-ImageUtilsOption RetryCount).Value)"
        }
        $others | Sort-Object | Should -Be '3 11', '3 12', '3 13', '3 14'
        (Get-ImageUtilsOption RetryCount).Value | Should -Be 9
    }

    It 'loses no change of parallel runspaces that write the user file' {
        $names = 'RetryCount', 'ConversionCpuLimit', 'VolumeDdBlockSize', 'VolumeCopyBytesPerSecond'
        $names | ForEach-Object -Parallel {
            Import-Module $using:ModuleManifest
            for ($i = 1; $i -le 10; $i++) {
                $option = @{ $_ = $i }
                Set-ImageUtilsOption @option -Scope User
            }
        }
        (Get-ImageUtilsOption $names | Where-Object { $_.Source -eq 'UserFile' -and $_.Value -eq 10 }).Count | Should -Be 4
    }

    It 'obeys the order of sources and warns when a stronger one hides what was set' {
        $env:IMAGEUTILS_RETRY_COUNT = '7'
        Set-ImageUtilsOption -RetryCount 6 -Scope User -WarningVariable hidden -WarningAction SilentlyContinue
        $hidden | Should -BeLike '*RetryCount*Environment*'
        (Get-ImageUtilsOption RetryCount).Value | Should -Be 7
        Set-ImageUtilsOption -RetryCount 5 -WarningVariable hidden
        $hidden | Should -BeNullOrEmpty
        (Get-ImageUtilsOption RetryCount).Source | Should -Be 'Session'
    }

    It 'takes folders from the location of the session' {
        Push-Location $TestDrive
        try {
            Set-ImageUtilsOption -ImageConversionDirectory 'work' -AllowedFileFolders 'a', 'b'
        }
        finally {
            Pop-Location
        }
        (Get-ImageUtilsOption ImageConversionDirectory).Value | Should -Be (Join-Path $TestDrive 'work')
        (Get-ImageUtilsOption AllowedFileFolders).Value | Should -Be (Join-Path $TestDrive 'a'), (Join-Path $TestDrive 'b')
    }

    It 'takes over a cinder.conf, weaker than all that was set itself' {
        $conf = Join-Path $TestDrive 'cinder.conf'
        Set-Content $conf "[DEFAULT]`nstate_path = /srv/cinder`nimage_conversion_dir = `$state_path/c`nglance_num_retries = 8`nimage_conversion_disable = yes`nmy_ip = 10.0.0.1"
        $env:IMAGEUTILS_RETRY_COUNT = '7'
        $shown = Set-ImageUtilsOption -FromCinderConf $conf -PassThru -Verbose 4>&1
        ($shown | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] }) -join ' ' | Should -Match 'ignored .*\[DEFAULT\] my_ip.*ConversionDisabled, RetryCount'
        (Get-ImageUtilsOption ConversionDisabled).Source | Should -Be 'CinderConf'
        if (-not $IsWindows) { (Get-ImageUtilsOption ImageConversionDirectory).Value | Should -Be '/srv/cinder/c' }
        (Get-ImageUtilsOption RetryCount).Source | Should -Be 'Environment'
        Set-ImageUtilsOption -ConversionDisabled $false -Scope User
        (Get-ImageUtilsOption ConversionDisabled).Source | Should -Be 'UserFile'
    }

    It 'keeps an import in the user file' {
        $conf = Join-Path $TestDrive 'user.conf'
        Set-Content $conf "[DEFAULT]`nglance_num_retries = 8"
        Set-ImageUtilsOption -FromCinderConf $conf -Scope User -WhatIf
        $OptionsFile | Should -Not -Exist
        Set-ImageUtilsOption -FromCinderConf $conf -Scope User
        $option = Get-ImageUtilsOption RetryCount
        $option.Value | Should -Be 8
        $option.Source | Should -Be 'CinderConf'
    }

    It 'refuses <What> and changes nothing' -ForEach @(
        @{ What = 'a format that nobody writes'; Option = @{ ConversionFormat = 'docx' } }
        @{ What = 'a suffix that leaves the folder'; Option = @{ BackendName = '../x' } }
        @{ What = 'an address space in GiB'; Option = @{ ConversionAddressSpaceLimit = 1 } }
        @{ What = 'a limit of no time'; Option = @{ ConversionCpuLimit = 0 } }
        @{ What = 'an empty text'; Option = @{ CgroupName = '' } }
    ) {
        $failed = { Set-ImageUtilsOption @Option -RetryCount 4 } | Should -Throw -PassThru
        $failed.FullyQualifiedErrorId | Should -BeLike 'InvalidOption,*'
        (Get-ImageUtilsOption RetryCount).Source | Should -Be 'Default'
    }

    It 'names file and line of a bad value, and a missing file' {
        $conf = Join-Path $TestDrive 'bad.conf'
        Set-Content $conf "[DEFAULT]`n`nimage_conversion_disable = maybe"
        $failed = { Set-ImageUtilsOption -FromCinderConf $conf } | Should -Throw -PassThru
        "$failed" | Should -BeLike "*$conf*line 3*"
        ({ Set-ImageUtilsOption -FromCinderConf "$conf.not" } | Should -Throw -PassThru).FullyQualifiedErrorId | Should -BeLike 'PathNotFound,*'
        ({ Set-ImageUtilsOption } | Should -Throw -PassThru).FullyQualifiedErrorId | Should -BeLike 'InvalidArgument,*'
    }

    It 'understands sizes in <_>' -ForEach 'de-DE', 'tr-TR' {
        $culture = [cultureinfo]::CurrentCulture
        try {
            [cultureinfo]::CurrentCulture = $_
            Set-ImageUtilsOption -VolumeDdBlockSize 1.5GiB -ConversionFormat VDI
            (Get-ImageUtilsOption VolumeDdBlockSize).Value | Should -Be 1610612736
            (Get-ImageUtilsOption ConversionFormat).Value | Should -Be 'vdi'
        }
        finally {
            [cultureinfo]::CurrentCulture = $culture
        }
    }

    It 'takes no empty text for a folder or a program, which an empty variable of a script would be' {
        foreach ($empty in @{ ImageConversionDirectory = '' }, @{ QemuImgPath = '' }, @{ AllowedFileFolders = '/tmp', '' }, @{ TaskWorkDirectory = $null }) {
            $failed = Get-ErrorOf { Set-ImageUtilsOption @empty }
            $failed.FullyQualifiedErrorId | Should -BeLike 'InvalidOption,*'
        }
        (Get-ImageUtilsOption ImageConversionDirectory).Source | Should -Be 'Default'
    }

    It 'decides what other cmdlets do' {
        $folder = Join-Path $TestDrive 'other-service'
        Set-ImageUtilsOption -LocalImageDirectory $folder
        New-ServiceImage -Name 'there' -DiskFormat raw | Out-Null
        $folder | Should -Exist
        Set-ImageUtilsOption -QemuImgPath (Join-Path $TestDrive 'no-qemu-img')
        (Get-ImageTool qemu-img).IsAvailable | Should -BeFalse
    }

    It 'limits conversions where no parameter does' -Skip:(-not (Get-Command qemu-img -ErrorAction Ignore)) {
        $disk = New-RawDisk (Join-Path $TestDrive 'limited.raw')
        Set-ImageUtilsOption -VolumeCopyBytesPerSecond 100M
        $log = Convert-VolumeImage $disk -Destination (Join-Path $TestDrive 'limited.qcow2') -OutputFormat qcow2 -Verbose 4>&1
        $log -join ' ' | Should -Match 'qemu-img convert .*-r 104857600 '
        $log = Convert-VolumeImage $disk -Destination (Join-Path $TestDrive 'free.qcow2') -OutputFormat qcow2 -MaxBytesPerSecond 0 -Verbose 4>&1
        $log -join ' ' | Should -Not -Match ' -r [0-9]'
    }
}
