BeforeAll { . (Join-Path $PSScriptRoot 'TestSetup.ps1') }

Describe 'Clear-ImageConversionDirectory' {
    BeforeAll {
        $conversion = Join-Path $TestDrive 'conversion'
        $env:IMAGEUTILS_IMAGE_CONVERSION_DIRECTORY = $conversion

        function Get-LeftName { (Get-ChildItem -LiteralPath $conversion -Force).Name | Sort-Object }
    }

    AfterAll { Remove-Item Env:IMAGEUTILS_IMAGE_CONVERSION_DIRECTORY }

    BeforeEach {
        New-Item -ItemType Directory -Path $conversion -Force | Out-Null
        foreach ($name in 'tmphost@one', 'tmphost@two', 'image_fetch_x_1host@one', 'vol_upload_1', '.iu-1.part', 'precious.raw') {
            Set-Content -LiteralPath (Join-Path $conversion $name) -Value 'x'
        }
    }

    AfterEach {
        Remove-Item -LiteralPath $conversion -Recurse -Force -ErrorAction Ignore
        Remove-Item Env:IMAGEUTILS_BACKEND_NAME -ErrorAction Ignore
    }

    It 'removes only names that end in the backend name, and parts' {
        Clear-ImageConversionDirectory -BackendName 'host@one' | Should -BeNullOrEmpty
        Get-LeftName | Should -Be 'precious.raw', 'tmphost@two', 'vol_upload_1'
    }

    It 'takes the backend of the options where none is given' {
        $env:IMAGEUTILS_BACKEND_NAME = 'host@two'
        (Clear-ImageConversionDirectory -PassThru).Name | Should -Be '.iu-1.part', 'tmphost@two'
    }

    It 'knows its own files where there is no backend at all' {
        Clear-ImageConversionDirectory
        Get-LeftName | Should -Be 'precious.raw', 'tmphost@one', 'tmphost@two'
    }

    It 'emits what it removed with -PassThru' {
        $removed = Clear-ImageConversionDirectory 'host@two' -PassThru
        $removed | ForEach-Object { $_.GetType().FullName } | Should -Be 'ImageUtils.RemovedTemporaryFile', 'ImageUtils.RemovedTemporaryFile'
        $removed[1].Path | Should -Be (Join-Path $conversion 'tmphost@two')
        $removed[1].Size | Should -BeGreaterThan 0
        $removed[1].PSPath | Should -BeLike '*tmphost@two'
    }

    It 'removes only what is old enough' {
        (Get-Item -LiteralPath (Join-Path $conversion 'tmphost@one')).LastWriteTime = (Get-Date).AddDays(-2)
        (Clear-ImageConversionDirectory 'host@one' -OlderThan 1.00:00:00 -PassThru).Name | Should -Be 'tmphost@one'
    }

    It 'removes nothing under -WhatIf' {
        Clear-ImageConversionDirectory 'host@one' -WhatIf -PassThru | Should -BeNullOrEmpty
        Get-LeftName | Should -HaveCount 6
    }

    It 'leaves what a process uses, unless -Force is given' {
        Connect-ImageService -LocalDirectory (Join-Path $TestDrive 'service') | Out-Null
        $image = Publish-VolumeImage (New-RawDisk -Path (Join-Path $TestDrive 'disk.raw')) -Name used
        Use-TemporaryImage $image.ImageId -Suffix 'host@used' {
            Clear-ImageConversionDirectory 'host@used'
            $_ | Should -Exist
            $removed = Clear-ImageConversionDirectory 'host@used' -Force -PassThru | Where-Object Path -eq $_
            $removed.IsInUse | Should -BeTrue
            $_ | Should -Not -Exist
        }
        Disconnect-ImageService
    }

    It 'leaves links and folders' -Skip:$IsWindows {
        $target = Join-Path $TestDrive 'target'
        Set-Content -LiteralPath $target -Value 'x'
        New-Item -ItemType SymbolicLink -Path (Join-Path $conversion 'linkhost@one') -Target $target | Out-Null
        New-Item -ItemType Directory -Path (Join-Path $conversion 'folderhost@one') | Out-Null
        Clear-ImageConversionDirectory 'host@one' -Force
        $target | Should -Exist
        Get-LeftName | Should -Contain 'folderhost@one'
    }

    It 'does nothing where the directory is missing' {
        Remove-Item -LiteralPath $conversion -Recurse -Force
        Clear-ImageConversionDirectory 'host@one' -PassThru -ErrorAction Stop | Should -BeNullOrEmpty
        $conversion | Should -Not -Exist
    }

    It 'says what could not be removed, and removes the rest' -Skip:(-not (Get-Command chattr -ErrorAction Ignore)) {
        $stuck = Join-Path $conversion 'tmphost@one'
        & chattr +i $stuck 2>$null
        if ($LASTEXITCODE -ne 0) {
            Set-ItResult -Skipped -Because 'this file system knows no immutable files'
            return
        }
        try {
            Clear-ImageConversionDirectory 'host@one' -ErrorVariable failed -ErrorAction SilentlyContinue
        }
        finally {
            & chattr -i $stuck
        }
        $failed.FullyQualifiedErrorId | Should -BeLike 'RemovalFailed,*'
        $failed.TargetObject | Should -Be $stuck
        Get-LeftName | Should -Be 'precious.raw', 'tmphost@one', 'tmphost@two', 'vol_upload_1'
    }
}
