BeforeAll {
    . (Join-Path $PSScriptRoot 'TestSetup.ps1')
    Connect-ImageService -LocalDirectory (Join-Path $TestDrive 'service') | Out-Null
}

AfterAll { Disconnect-ImageService }

Describe 'Set-ServiceImage' {
    BeforeEach { $image = New-ServiceImage -Name 'before' -DiskFormat raw -Tag old -Property @{ kept = 'yes'; gone = 'soon' } }

    It 'changes what it is told, and says nothing unless asked' {
        Set-ServiceImage $image.ImageId -Name 'after' -MinDiskGB 2 -MinRamMB 512 -Visibility community -Protected $true -Tag a, b `
            -Property @{ hw_disk_bus = 'virtio'; secure = $true; number = 1.5 } -RemoveProperty gone -DiskFormat vpc -ContainerFormat ovf | Should -BeNullOrEmpty
        $after = Get-ServiceImage $image.ImageId
        $after.Name | Should -Be 'after'
        $after.MinDisk, $after.MinRam | Should -Be 2, 512
        $after.Visibility | Should -Be 'community'
        $after.Protected | Should -BeTrue
        $after.Tags | Should -Be 'a', 'b'
        $after.Properties['kept'] | Should -Be 'yes'
        $after.Properties['secure'] | Should -Be 'true'
        $after.Properties['number'] | Should -Be '1.5'
        $after.Properties.ContainsKey('gone') | Should -BeFalse
        $after.IsXenServer | Should -BeTrue
    }

    It 'emits the image with -PassThru' {
        $after = Set-ServiceImage -ImageId $image.ImageId -Tag @() -PassThru
        $after | Should -BeOfType ([ImageUtils.ServiceImage])
        $after.Tags | Should -BeNullOrEmpty
        $after.Name | Should -Be 'before'
    }

    It 'takes images from the pipeline' {
        New-ServiceImage -Name 'second' -DiskFormat raw | Out-Null
        $done = Get-ServiceImage | Set-ServiceImage -MinDiskGB 9 -PassThru
        $done.Count | Should -Be @(Get-ServiceImage).Count
        $done.MinDisk | Sort-Object -Unique | Should -Be 9
        ($image.ImageId | Set-ServiceImage -Name 'by id' -PassThru).Name | Should -Be 'by id'
    }

    It 'changes nothing under -WhatIf' {
        Set-ServiceImage $image.ImageId -Name 'whatif' -WhatIf -PassThru | Should -BeNullOrEmpty
        (Get-ServiceImage $image.ImageId).Name | Should -Be 'before'
    }

    It 'wants something to change' {
        { Set-ServiceImage $image.ImageId } | Should -Throw -ErrorId 'InvalidArgument*'
    }

    It 'keeps the rules of the image service' {
        $changes = @(
            @{ Property = @{ os_glance_x = '1' } }
            @{ Property = @{ status = 'active' } }
            @{ RemoveProperty = 'nothing' }
            @{ ContainerFormat = 'box' }
        )
        foreach ($change in $changes) {
            Set-ServiceImage $image.ImageId -Name 'broken' @change -ErrorVariable failed -ErrorAction SilentlyContinue
            $failed.FullyQualifiedErrorId | Should -BeLike 'InvalidImageProperty,*'
            $failed.CategoryInfo.Category | Should -Be 'InvalidArgument'
            $failed.TargetObject | Should -Be $image.ImageId
        }
        (Get-ServiceImage $image.ImageId).Name | Should -Be 'before'
    }

    It 'does not change the format of an image that has data' {
        $raw = New-RawDisk -Path (Join-Path $TestDrive 'disk.raw')
        Publish-VolumeImage $raw -ImageId $image.ImageId | Out-Null
        Set-ServiceImage $image.ImageId -DiskFormat qcow2 -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed.FullyQualifiedErrorId | Should -BeLike 'ImageStatusConflict,*'
        (Set-ServiceImage $image.ImageId -Name 'still' -PassThru).DiskFormat | Should -Be 'raw'
    }

    It 'makes a missing image one non-terminating error' {
        $missing = [guid]::NewGuid().ToString()
        (Set-ServiceImage $missing, $image.ImageId -Name 'x' -PassThru -ErrorVariable failed -ErrorAction SilentlyContinue).Name | Should -Be 'x'
        $failed.FullyQualifiedErrorId | Should -BeLike 'ImageNotFound,*'
        $failed.TargetObject | Should -Be $missing
    }

    It 'completes image ids' {
        (Get-Completion "Set-ServiceImage -ImageId before").CompletionText | Should -Contain $image.ImageId
    }
}
