BeforeAll { . (Join-Path $PSScriptRoot 'TestSetup.ps1') }

Describe 'Get-VhdChain' {
    BeforeAll {
        Push-Location $TestDrive
        $folder = New-VhdChain 'chain'
    }

    AfterAll { Pop-Location }

    It 'lists a chain from its newest file, child first' {
        $links = Get-VhdChain "$folder/0.vhd"
        $links[0] | Should -BeOfType ([ImageUtils.VhdLink])
        $links.Depth | Should -Be 0, 1
        $links.Type | Should -Be 'Differencing', 'Dynamic'
        $links.Path | Should -Be (Join-Path $folder '0.vhd'), (Join-Path $folder '1.vhd')
        $links.LeafPath | Select-Object -Unique | Should -Be (Join-Path $folder '0.vhd')
        $links.VirtualSize | Should -Be 4MB, 4MB
        $links.BlockSize | Should -Be 2MB, 2MB
        $links.AllocatedBlocks | Should -Be 1, 1
        $links[0].ParentUniqueId | Should -Be $links[1].UniqueId
        $links.Problem | Should -Be $null, $null
    }

    It 'lists a folder and an archive, and pipes on' {
        (Get-VhdChain -Directory $folder).Count | Should -Be 2
        & tar -czf chain.tar.gz -C $folder 0.vhd 1.vhd
        (Get-VhdChain -ArchivePath chain.tar.gz).Count | Should -Be 2
        (Get-VhdChain -Directory $folder | Merge-VhdChain -Destination ./merged.raw -OutputFormat raw).ChainLength | Should -Be 2
        (Get-Item "$folder/0.vhd" | Get-VhdChain).Count | Should -Be 2
    }

    It 'tells problems as values, and errors where nothing can be read' {
        Copy-Item "$folder/0.vhd" ./alone.vhd
        (Get-VhdChain ./alone.vhd).Problem | Should -Match 'missing'
        (Get-ErrorOf { Get-VhdChain ./nothing.vhd -ErrorAction Stop }).FullyQualifiedErrorId | Should -BeLike 'PathNotFound,*'
        (Get-ErrorOf { Get-VhdChain -ArchivePath ./alone.vhd -ErrorAction Stop }).FullyQualifiedErrorId | Should -BeLike 'ArchiveUnsafe,*'
        (Get-ErrorOf { Get-VhdChain -Directory $TestDrive -ErrorAction Stop }).FullyQualifiedErrorId | Should -BeLike 'VhdChainBroken,*'
    }

    It 'shows sizes for people in its view only' {
        Get-VhdChain "$folder/0.vhd" | Out-String -Width 220 | Should -Match 'Depth\s+Type\s+VirtualSize'
    }
}
