BeforeDiscovery {
    # What people, programs and attackers call files. Each is a path here and nothing else.
    $script:names = @(
        @{ Name = '-rf' }, @{ Name = '--help' }, @{ Name = 'a b.img' }, @{ Name = ' leading and trailing ' }, @{ Name = '[a].img' }, @{ Name = '*.img' },
        @{ Name = 'q?' }, @{ Name = "it's" }, @{ Name = '"quoted"' }, @{ Name = '`tick`' }, @{ Name = '$(id)' }, @{ Name = '$env:HOME' }, @{ Name = ';id' }, @{ Name = '| id' },
        @{ Name = '%s%n' }, @{ Name = '~' }, @{ Name = 'a,b=c' }, @{ Name = 'json:{"driver":"null-co"}' }, @{ Name = 'nbd:localhost:1' }, @{ Name = 'fat:rw:x' },
        @{ Name = 'driver=raw,file.filename=x' }, @{ Name = "new`nline" }, @{ Name = "tab`t" }, @{ Name = "$([char]27)[2J" }, @{ Name = 'Grüße.img' },
        @{ Name = "$([char]0xD83D)$([char]0xDCBE)" }, @{ Name = '...' }, @{ Name = 'n' * 255 })
    # Shown without what would move a terminal's cursor.
    foreach ($entry in $names) { $entry.Label = ConvertTo-Json $entry.Name.Substring(0, [Math]::Min(40, $entry.Name.Length)) }
}

BeforeAll { . (Join-Path $PSScriptRoot 'TestSetup.ps1') }

Describe 'Many files, and files with odd names' {
    BeforeAll {
        $folder = (New-Item -ItemType Directory (Join-Path $TestDrive 'many')).FullName
        $first = New-RawDisk -Path (Join-Path $TestDrive 'first.img') -Size 64KB
        $content = [byte[]]::new(4KB)
        foreach ($number in 1..10000) { [IO.File]::WriteAllBytes(('{0}/{1:d5}.img' -f $folder, $number), $content) }
    }

    It 'answers for ten thousand files from the pipeline, in their order' {
        $answers = Get-ChildItem $folder -File | Get-QemuImageInfo
        $answers.Count | Should -Be 10000
        $answers[0].Path | Should -Be (Join-Path $folder '00001.img')
        $answers[9999].Path | Should -Be (Join-Path $folder '10000.img')
        ($answers | Where-Object { $_.Format -ne 'raw' -or $_.VirtualSize -ne 4KB }).Count | Should -Be 0
    }

    It 'judges ten thousand files of one wildcard, with true or false each' {
        $verdicts = Test-ImageFormat (Join-Path $folder '*.img') -Quiet
        $verdicts.Count | Should -Be 10000
        $verdicts | Should -Not -Contain $false
    }

    It 'hands results on while files still come' {
        $seen = [Collections.Generic.List[string]]::new()
        $paths = 1..10000 | ForEach-Object { $seen.Add('in'); Join-Path $folder '00001.img' } | Get-QemuImageInfo | ForEach-Object { $seen.Add('out'); $_.Path }
        $paths.Count | Should -Be 10000
        $seen.IndexOf('out') | Should -BeLessThan 9000
    }

    It 'makes every missing one of a thousand an error of its own and answers for the rest' {
        $paths = 1..1000 | ForEach-Object { Join-Path $folder ('{0:d5}.{1}' -f $_, ($_ % 2 ? 'img' : 'gone')) }
        $answers = $paths | Get-QemuImageInfo -ErrorVariable failed -ErrorAction SilentlyContinue
        $answers.Count | Should -Be 500
        $failed.Count | Should -Be 500
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'PathNotFound*'
        $failed[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $failed[499].TargetObject | Should -BeLike '*01000.gone'
    }

    It 'takes <Label> as a name' -Skip:$IsWindows -ForEach $names {
        $odd = (New-Item -ItemType Directory (Join-Path $TestDrive ([guid]::NewGuid()))).FullName
        $path = "$odd/$Name"
        [IO.File]::Copy($first, $path)
        (Get-QemuImageInfo -LiteralPath $path).Path | Should -BeExactly $path
        (Get-ChildItem -LiteralPath $odd -Force | Get-QemuImageInfo).VirtualSize | Should -Be 64KB
        Test-ImageFormat -LiteralPath $path -Quiet | Should -BeTrue
        @(Get-ChildItem -LiteralPath $odd -Force).Count | Should -Be 1
    }

    It 'shows a verdict and an answer in a table that fits' {
        $answer = Get-QemuImageInfo $first | Out-String -Width 120
        $answer | Should -Match '64 KiB'
        $answer | Should -Match 'raw'
        $verdict = Test-ImageFormat $first | Out-String -Width 120
        $verdict | Should -Match 'True'
        foreach ($line in ($answer + $verdict) -split "`n") { $line.Length | Should -BeLessOrEqual 120 }
        (Test-ImageFormat $first).Checks | Out-String -Width 120 | Should -Match 'Passed'
    }
}
