BeforeAll {
    . (Join-Path $PSScriptRoot 'TestSetup.ps1')
    Connect-ImageService -LocalDirectory (Join-Path $TestDrive 'service') | Out-Null
}

AfterAll { Disconnect-ImageService }

Describe 'Get-ImageStore' {
    It 'shows the one store of a local service' {
        $store = Get-ImageStore
        $store | Should -BeOfType ([ImageUtils.ImageStore])
        $store.StoreId | Should -Be 'local'
        $store.IsDefault | Should -BeTrue
        $store.IsReadOnly | Should -BeFalse
        $store.Description | Should -Match 'service'
    }

    It 'expands wildcards, and makes a missing store one non-terminating error' {
        (Get-ImageStore -Name 'lo*').StoreId | Should -Be 'local'
        Get-ImageStore 'ceph*' | Should -BeNullOrEmpty
        (Get-ImageStore ceph, local -ErrorVariable failed -ErrorAction SilentlyContinue).StoreId | Should -Be 'local'
        $failed.FullyQualifiedErrorId | Should -BeLike 'StoreNotFound,*'
        $failed.CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $failed.TargetObject | Should -Be 'ceph'
    }

    It 'takes another service than the default' {
        $other = [ImageUtils.ImageServiceConnection]::new([ImageUtils.Services.Local.LocalImageService]::new((Join-Path $TestDrive 'other'), $null), $false)
        (Get-ImageStore -ImageService $other).Description | Should -Match 'other'
    }

    It 'completes stores with what they are' {
        foreach ($line in 'Get-ImageStore -StoreId l', 'Publish-VolumeImage x -StoreId ') {
            $match = Get-Completion $line
            $match.CompletionText | Should -Be 'local'
            $match.ToolTip | Should -Match 'default'
        }
    }

    It 'is what Publish-VolumeImage looks at before any work' {
        $raw = New-RawDisk -Path (Join-Path $TestDrive 'disk.raw')
        Publish-VolumeImage $raw -Name 'nowhere' -StoreId ceph -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed.FullyQualifiedErrorId | Should -BeLike 'StoreNotFound,*'
        Get-ServiceImage | Should -BeNullOrEmpty
        (Get-ServiceImage (Publish-VolumeImage $raw -Name 'here' -StoreId local).ImageId).Stores | Should -Be 'local'
    }
}
