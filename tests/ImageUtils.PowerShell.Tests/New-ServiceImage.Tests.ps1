BeforeAll {
    . (Join-Path $PSScriptRoot 'TestSetup.ps1')
    Connect-ImageService -LocalDirectory (Join-Path $TestDrive 'service') | Out-Null
}

AfterAll { Disconnect-ImageService }

Describe 'New-ServiceImage' {
    It 'makes a queued record with what it was told' {
        $id = [guid]::NewGuid()
        $image = New-ServiceImage -Name 'made' -ImageId $id -DiskFormat vpc -MinDiskGB 3 -Tag one, two -Property @{ hw_disk_bus = 'virtio'; secure = $true }
        $image | Should -BeOfType ([ImageUtils.ServiceImage])
        $image.ImageId | Should -Be $id
        $image.Status | Should -Be 'queued'
        $image.DiskFormat | Should -Be 'vhd'
        $image.MinDisk | Should -Be 3
        $image.Tags | Should -Be 'one', 'two'
        $image.Properties['secure'] | Should -Be 'true'
        $image.Size | Should -BeNullOrEmpty
    }

    It 'makes nothing under -WhatIf' {
        New-ServiceImage -Name 'whatif' -DiskFormat raw -WhatIf | Should -BeNullOrEmpty
        Get-ServiceImage -Name 'whatif' | Should -BeNullOrEmpty
    }

    It 'does not make an id twice' {
        $image = New-ServiceImage -Name 'once' -DiskFormat raw
        New-ServiceImage -Name 'twice' -DiskFormat raw -ImageId $image.ImageId -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed.CategoryInfo.Category | Should -Be 'ResourceExists'
        Get-ServiceImage -Name 'twice' | Should -BeNullOrEmpty
    }
}
