BeforeAll { . (Join-Path $PSScriptRoot 'TestSetup.ps1') }

Describe 'Test-ImageFormat' {
    BeforeAll {
        Push-Location $TestDrive
        $raw = New-RawDisk -Path (Join-Path $TestDrive 'disk.raw')
    }

    AfterAll { Pop-Location }

    It 'accepts a raw disk that is claimed to be raw' {
        $verdict = Test-ImageFormat $raw -ClaimedFormat raw
        $verdict | Should -BeOfType ([ImageUtils.ImageFormatResult])
        $verdict.IsAcceptable | Should -BeTrue
        $verdict.ClaimedFormat | Should -Be 'raw'
        $verdict.Checks.Count | Should -BeGreaterThan 0
    }

    It 'refuses a claim that the content does not keep, with a warning and no error' {
        $verdict = Test-ImageFormat $raw -ClaimedFormat qcow2 -WarningVariable warned -WarningAction SilentlyContinue -ErrorVariable failed
        $failed | Should -BeNullOrEmpty
        $verdict.IsAcceptable | Should -BeFalse
        ($verdict.Checks | Where-Object Outcome -eq Failed).Name | Should -Contain 'claimed_format'
        $warned | Should -Match 'not acceptable'
    }

    It 'accepts LUKS for a raw claim only where it is allowed' -Skip:(-not (Get-Command qemu-img -ErrorAction Ignore)) {
        $luks = New-LuksDisk -Path (Join-Path $TestDrive 'volume.luks')
        Test-ImageFormat $luks -ClaimedFormat raw -Quiet | Should -BeFalse
        Test-ImageFormat $luks -ClaimedFormat raw -AllowLuks -Quiet | Should -BeTrue
        Test-ImageFormat $luks -ClaimedFormat qcow2 -AllowLuks -Quiet | Should -BeFalse
        Test-ImageFormat $raw -ClaimedFormat raw -AllowLuks -Quiet | Should -BeTrue
    }

    It 'answers at once for what is no file' -Skip:(-not $IsLinux) {
        $strange = New-StrangeFile -Folder (Join-Path $TestDrive 'strange')
        Test-ImageFormat -LiteralPath $strange -Depth Full -ErrorVariable failed -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $failed.Count | Should -Be $strange.Count
        foreach ($id in $failed.FullyQualifiedErrorId) { $id | Should -Match '^(ImageUnreadable|PathNotFound),' }
    }

    Context 'qcow2' -Skip:(-not (Get-Command qemu-img -ErrorAction Ignore)) {
        It 'refuses a backing file with evidence, and allows it on request' {
            $image = New-Qcow2Disk -Path (Join-Path $TestDrive 'overlay.qcow2') -Backing $raw
            $verdict = Test-ImageFormat $image -WarningAction SilentlyContinue
            $check = $verdict.Checks | Where-Object Name -eq 'backing_file'
            $check.Outcome | Should -Be 'Failed'
            $check.Offset | Should -Not -BeNullOrEmpty
            $check.Evidence | Should -Not -BeNullOrEmpty
            $check.Reference | Should -Not -BeNullOrEmpty
            (Test-ImageFormat $image -AllowBackingFile).IsAcceptable | Should -BeTrue
            (Test-ImageFormat $image -IgnoreCheck backing_file).IsAcceptable | Should -BeTrue
        }

        It 'judges by content and never by the name' {
            $image = New-Qcow2Disk -Path (Join-Path $TestDrive 'liar.raw')
            (Test-ImageFormat $image).Format | Should -Be 'qcow2'
            Test-ImageFormat $image -ClaimedFormat raw -Quiet | Should -BeFalse
        }

        It 'refuses VMDK types that are not on the list' {
            & qemu-img create -q -f vmdk -o subformat=monolithicSparse (Join-Path $TestDrive 's.vmdk') 4M
            Test-ImageFormat ./s.vmdk -Quiet | Should -BeTrue
            Test-ImageFormat ./s.vmdk -AllowedVmdkType streamOptimized -Quiet | Should -BeFalse
            Test-ImageFormat ./s.vmdk -AllowedVmdkType @() -Quiet | Should -BeFalse
        }
    }

    It 'emits true or false only with -Quiet' {
        $answer = Test-ImageFormat $raw -ClaimedFormat raw -Quiet
        $answer | Should -BeOfType [bool]
        $answer | Should -BeTrue
        Test-ImageFormat $raw -ClaimedFormat vhd -Quiet -WarningVariable warned | Should -BeFalse
        $warned | Should -BeNullOrEmpty
    }

    It 'holds the size against the volume' {
        $big = New-RawDisk -Path (Join-Path $TestDrive 'big.raw') -Size (1GB + 1MB)
        Test-ImageFormat $big -VolumeSizeGB 2 -Quiet | Should -BeTrue
        Test-ImageFormat $big -VolumeSizeGB 1 -Quiet | Should -BeFalse
        Test-ImageFormat $big -VolumeSizeBytes '1GB' -Quiet | Should -BeFalse
    }

    It 'says what to write instead of -VolumeSizeGB 10GB' {
        { Test-ImageFormat $raw -VolumeSizeGB 10GB } | Should -Throw -ErrorId 'InvalidSize*' -ExpectedMessage '*-VolumeSizeBytes*'
    }

    It 'takes a whole folder from the pipeline' {
        1..30 | ForEach-Object { [IO.File]::WriteAllBytes((Join-Path $TestDrive "many$_.img"), [byte[]]::new(512)) }
        $verdicts = Get-ChildItem -LiteralPath $TestDrive -Filter many*.img | Test-ImageFormat -ClaimedFormat raw
        $verdicts.Count | Should -Be 30
        $verdicts.IsAcceptable | Should -Not -Contain $false
    }

    It 'knows the name of every check that may be ignored' {
        (Get-Completion 'Test-ImageFormat x -IgnoreCheck back').CompletionText | Should -Be 'backing_file'
        { Test-ImageFormat $raw -IgnoreCheck no_such_check } | Should -Throw -ErrorId 'InvalidArgument*'
    }
}
