BeforeAll {
    . (Join-Path $PSScriptRoot 'TestSetup.ps1')
    Connect-ImageService -LocalDirectory (Join-Path $TestDrive 'service [1]') | Out-Null
}

AfterAll { Disconnect-ImageService }

Describe 'Remove-ServiceImage' {
    BeforeEach {
        Get-ServiceImage | Set-ServiceImage -Protected $false
        Get-ServiceImage | Remove-ServiceImage -Confirm:$false
    }

    It 'deletes an image with its data, whatever its name' {
        $raw = New-RawDisk -Path (Join-Path $TestDrive 'disk.raw')
        $image = Publish-VolumeImage $raw -Name 'a [b] *'
        Remove-ServiceImage $image.ImageId -Confirm:$false | Should -BeNullOrEmpty
        Get-ServiceImage | Should -BeNullOrEmpty
        Get-ChildItem -LiteralPath (Join-Path $TestDrive 'service [1]') | Should -BeNullOrEmpty
    }

    It 'takes images from the pipeline' {
        1..3 | ForEach-Object { New-ServiceImage -Name "test $_" -DiskFormat raw } | Out-Null
        $kept = New-ServiceImage -Name 'kept' -DiskFormat raw
        Get-ServiceImage -Name 'test*' | Remove-ServiceImage -Confirm:$false
        (Get-ServiceImage).ImageId | Should -Be $kept.ImageId
        $kept.ImageId | Remove-ServiceImage -Confirm:$false
        Get-ServiceImage | Should -BeNullOrEmpty
    }

    It 'asks first' {
        $image = New-ServiceImage -Name 'asked for' -DiskFormat raw
        $script = "Import-Module '$ModuleManifest'; Connect-ImageService '$((Get-ImageService).Location)' | Out-Null; Remove-ServiceImage $($image.ImageId)"
        Invoke-PowerShell -NoProfile -NonInteractive -Command $script 2>&1 | Out-String | Should -Match 'NonInteractive'
        (Get-ServiceImage $image.ImageId).Name | Should -Be 'asked for'
    }

    It 'deletes nothing under -WhatIf' {
        $image = New-ServiceImage -Name 'whatif' -DiskFormat raw
        Get-ServiceImage | Remove-ServiceImage -WhatIf
        (Get-ServiceImage $image.ImageId).Name | Should -Be 'whatif'
    }

    It 'refuses a protected image and goes on with the next' {
        $protected = New-ServiceImage -Name 'protected' -DiskFormat raw
        Set-ServiceImage $protected.ImageId -Protected $true
        $other = New-ServiceImage -Name 'other' -DiskFormat raw
        Remove-ServiceImage $protected.ImageId, $other.ImageId -Confirm:$false -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed.FullyQualifiedErrorId | Should -BeLike 'ImageProtected,*'
        $failed.CategoryInfo.Category | Should -Be 'PermissionDenied'
        (Get-ServiceImage).ImageId | Should -Be $protected.ImageId
    }

    It 'makes a missing image one non-terminating error' {
        $missing = [guid]::NewGuid().ToString()
        Remove-ServiceImage $missing, '../../etc' -Confirm:$false -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed.Count | Should -Be 2
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'ImageNotFound,*'
        $failed[0].TargetObject | Should -Be $missing
    }
}
