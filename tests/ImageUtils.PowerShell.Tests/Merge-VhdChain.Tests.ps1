BeforeAll { . (Join-Path $PSScriptRoot 'TestSetup.ps1') }

Describe 'Merge-VhdChain' {
    BeforeAll {
        Push-Location $TestDrive
        function Test-Merged {
            param([byte[]] $Raw)
            $Raw.Length -eq 4MB -and $Raw[0] -eq 1 -and $Raw[4095] -eq 1 -and $Raw[4096] -eq 0 -and $Raw[1MB] -eq 2 -and $Raw[1MB + 4096] -eq 0
        }
    }

    AfterAll { Pop-Location }

    It 'merges files in any order, from the pipeline too' {
        $folder = New-VhdChain 'files'
        $result = Get-ChildItem $folder -Filter *.vhd | Sort-Object Name -Descending | Merge-VhdChain -Destination ./merged.raw -OutputFormat raw
        $result | Should -BeOfType ([ImageUtils.VhdMergeResult])
        $result.ChainLength, $result.VirtualSize, $result.Engine | Should -Be 2, 4MB, 'managed'
        Test-Merged ([IO.File]::ReadAllBytes($result.Path)) | Should -BeTrue
        ($result | Get-QemuImageInfo).VirtualSize | Should -Be 4MB
        (Merge-VhdChain "$folder/*.vhd" ./merged.vhd | Get-QemuImageInfo).Format | Should -Be 'vhd'
    }

    It 'merges a folder and a XenServer image' {
        $folder = New-VhdChain 'xen'
        & tar -czf image.tar.gz -C $folder 0.vhd 1.vhd
        (Merge-VhdChain -Directory $folder -Destination ./xen.raw -OutputFormat raw).SourcePath | Should -BeNullOrEmpty
        $result = Merge-VhdChain -ArchivePath image.tar.gz -Destination ./out/ -OutputFormat raw
        $result.Path | Should -Be (Join-Path $TestDrive 'out/image.raw')
        Test-Merged ([IO.File]::ReadAllBytes($result.Path)) | Should -BeTrue
        $result = Merge-VhdChain -ArchivePath image.tar.gz -InPlace -Confirm:$false
        $result.Path | Should -Be (Join-Path $TestDrive 'image.tar.gz')
        (Test-ImageFormat $result.Path -ClaimedFormat vhd -Quiet) | Should -BeTrue
    }

    It 'merges into the base, and asks before' {
        $folder = New-VhdChain 'place'
        $before = (Get-FileHash "$folder/1.vhd").Hash
        Merge-VhdChain -Directory $folder -InPlace -WhatIf
        (Get-FileHash "$folder/1.vhd").Hash | Should -Be $before
        $result = Merge-VhdChain -Directory $folder -InPlace -Confirm:$false
        $result.Path | Should -Be (Join-Path $folder '1.vhd')
        Merge-VhdChain $result.Path ./place.raw -OutputFormat raw | Out-Null
        Test-Merged ([IO.File]::ReadAllBytes((Join-Path $TestDrive 'place.raw'))) | Should -BeTrue
    }

    It 'refuses what is no chain, what is there and what makes no sense' {
        $folder = New-VhdChain 'refused'
        (Get-ErrorOf { Merge-VhdChain "$folder/0.vhd" ./no.vhd -ErrorAction Stop }).FullyQualifiedErrorId | Should -BeLike 'VhdChainBroken,*'
        [IO.File]::WriteAllBytes((Join-Path $TestDrive 'junk.vhd'), [byte[]]::new(4096))
        $failed = Get-ErrorOf { Merge-VhdChain ./junk.vhd ./no.vhd -ErrorAction Stop }
        $failed.FullyQualifiedErrorId | Should -BeLike 'VhdCorrupt,*'
        $failed.CategoryInfo.Category | Should -Be 'InvalidData'
        Set-Content ./there.vhd 'precious'
        (Get-ErrorOf { Merge-VhdChain -ArchivePath ./there.vhd ./no.vhd -ErrorAction Stop }).FullyQualifiedErrorId | Should -BeLike 'ArchiveUnsafe,*'
        (Get-ErrorOf { Merge-VhdChain -Directory $folder ./there.vhd -ErrorAction Stop }).FullyQualifiedErrorId | Should -BeLike 'DestinationExists,*'
        (Get-ErrorOf { Merge-VhdChain -Directory $folder "$folder/1.vhd" -Force -ErrorAction Stop }).FullyQualifiedErrorId | Should -BeLike 'DestinationIsSource,*'
        (Get-ErrorOf { Merge-VhdChain -Directory $folder -ErrorAction Stop }).FullyQualifiedErrorId | Should -BeLike 'InvalidArgument,*'
        (Get-ErrorOf { Merge-VhdChain -Directory $folder ./x.vhd -InPlace -ErrorAction Stop }).FullyQualifiedErrorId | Should -BeLike 'InvalidArgument,*'
        (Get-ErrorOf { Merge-VhdChain -Directory $folder ./x.vhd -Engine VhdUtil -ErrorAction Stop }).FullyQualifiedErrorId | Should -BeLike 'ToolNotFound,*'
        Test-Path ./no.vhd, ./x.vhd | Should -Be $false, $false
    }

    It 'merges nothing where a file that was named is not there' {
        $folder = New-VhdChain 'incomplete'
        # What is left is a chain too, of an older disk.
        Remove-Item "$folder/0.vhd"
        $base = Get-FileHash "$folder/1.vhd"
        foreach ($form in @{ Destination = './older.vhd' }, @{ InPlace = $true; Confirm = $false }) {
            Merge-VhdChain "$folder/0.vhd", "$folder/1.vhd" @form -ErrorVariable failed -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
            $failed.FullyQualifiedErrorId | Should -BeLike 'PathNotFound,*'
            Merge-VhdChain -LiteralPath "$folder/0.vhd", "$folder/1.vhd" @form -ErrorVariable failed -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
            $failed.FullyQualifiedErrorId | Should -BeLike 'PathNotFound,*'
        }
        './older.vhd' | Should -Not -Exist
        (Get-FileHash "$folder/1.vhd").Hash | Should -Be $base.Hash
    }

    It 'shows sizes for people in its view only' {
        $result = Merge-VhdChain -Directory (New-VhdChain 'view') ./view.vhd
        $result | Out-String -Width 200 | Should -Match 'Format\s+ChainLength'
        $result.BytesWritten | Should -BeOfType [long]
    }
}
