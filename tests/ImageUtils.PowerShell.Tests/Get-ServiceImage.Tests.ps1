BeforeAll {
    . (Join-Path $PSScriptRoot 'TestSetup.ps1')
    Connect-ImageService -LocalDirectory (Join-Path $TestDrive 'service') | Out-Null
}

AfterAll { Disconnect-ImageService }

Describe 'Get-ServiceImage' {
    BeforeAll {
        $first = New-ServiceImage -Name 'alpha' -DiskFormat raw
        $second = New-ServiceImage -Name 'alphabet' -DiskFormat qcow2
    }

    It 'shows one image by its id' {
        (Get-ServiceImage $first.ImageId).Name | Should -Be 'alpha'
        ($first.ImageId | Get-ServiceImage).Name | Should -Be 'alpha'
        ($second | Get-ServiceImage).Name | Should -Be 'alphabet'
    }

    It 'finds images by name, with wildcards and without' {
        (Get-ServiceImage -Name 'alpha').ImageId | Should -Be $first.ImageId
        @(Get-ServiceImage -Name 'ALPHA*').Count | Should -Be 2
        Get-ServiceImage -Name 'beta*' | Should -BeNullOrEmpty
    }

    It 'finds images by properties that they all have, with exactly these values' {
        New-ServiceImage -Name 'linux' -DiskFormat raw -Property @{ os_type = 'linux'; cores = 2; hidden = $true } | Out-Null
        New-ServiceImage -Name 'other' -DiskFormat raw -Property @{ os_type = 'linux'; cores = 3 } | Out-Null
        @(Get-ServiceImage -Property @{ os_type = 'linux' }).Count | Should -Be 2
        (Get-ServiceImage -Property @{ os_type = 'linux'; cores = 2; hidden = $true }).Name | Should -Be 'linux'
        Get-ServiceImage -Property @{ os_type = 'Linux' } | Should -BeNullOrEmpty
        Get-ServiceImage -Property @{ nothing = '' } | Should -BeNullOrEmpty
        (Get-ServiceImage -Name 'l*' -Property @{ os_type = 'linux' }).Name | Should -Be 'linux'
        Get-ServiceImage -Property @{ os_type = 'linux' } | Remove-ServiceImage -Confirm:$false
    }

    It 'warns of a damaged record and shows the others' {
        $damaged = New-ServiceImage -Name 'damaged' -DiskFormat raw
        Set-Content -LiteralPath (Join-Path $TestDrive "service/$($damaged.ImageId)/image.json") -Value '{'
        (Get-ServiceImage -WarningVariable warned -WarningAction SilentlyContinue).Name | Should -Contain 'alpha'
        "$warned" | Should -Match $damaged.ImageId
        Remove-Item -Recurse -LiteralPath (Join-Path $TestDrive "service/$($damaged.ImageId)")
    }

    It 'completes names, quoted where they need it' {
        (Get-Completion 'Get-ServiceImage -Name alphab').CompletionText | Should -Be 'alphabet'
        New-ServiceImage -Name "it's [one]" -DiskFormat raw | Out-Null
        $text = (Get-Completion 'Get-ServiceImage -Name it').CompletionText
        (& ([scriptblock]::Create("Get-ServiceImage -Name $text"))).Name | Should -Be "it's [one]"
    }

    It 'filters by format and status' {
        (Get-ServiceImage -DiskFormat qcow2 -Name alpha*).ImageId | Should -Be $second.ImageId
        Get-ServiceImage -Status active | Should -BeNullOrEmpty
    }

    It 'makes a missing image one non-terminating error' {
        $missing = [guid]::NewGuid().ToString()
        $found = Get-ServiceImage $missing, $first.ImageId -ErrorVariable failed -ErrorAction SilentlyContinue
        $found.Name | Should -Be 'alpha'
        $failed.FullyQualifiedErrorId | Should -BeLike 'ImageNotFound,*'
        $failed.TargetObject | Should -Be $missing
    }

    It 'never leaves its folder for an id' {
        Get-ServiceImage '../service' -ErrorVariable failed -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $failed.FullyQualifiedErrorId | Should -BeLike 'ImageNotFound,*'
    }
}
