BeforeAll { . (Join-Path $PSScriptRoot 'TestSetup.ps1') }

Describe 'Use-TemporaryImage' {
    BeforeAll {
        Push-Location $TestDrive
        $conversion = Join-Path $TestDrive 'conversion'
        $env:IMAGEUTILS_IMAGE_CONVERSION_DIRECTORY = $conversion
        Connect-ImageService -LocalDirectory (Join-Path $TestDrive 'service') | Out-Null
        $raw = New-RawDisk -Path (Join-Path $TestDrive 'disk.raw')
        $image = Publish-VolumeImage $raw -Name 'source'

        function Get-Leftover { Get-ChildItem -LiteralPath $conversion -Force -ErrorAction Ignore }
    }

    AfterAll {
        Pop-Location
        Remove-Item Env:IMAGEUTILS_IMAGE_CONVERSION_DIRECTORY
        Disconnect-ImageService
    }

    AfterEach { Get-Leftover | Should -BeNullOrEmpty }

    It 'gives the path as $_ and as the first argument, and removes the file after' {
        $seen = Use-TemporaryImage $image.ImageId {
            param($Path)
            $Path | Should -Be $_
            Split-Path -Leaf $_ | Should -BeLike "image_fetch_$($image.ImageId)_*"
            Get-Sha256 $_ | Should -Be (Get-Sha256 $raw)
            $_
        }
        $seen | Should -Not -Exist
        Use-TemporaryImage $image.ImageId { $args.Count; $args[0] -eq $_ } | Should -Be 1, $true
    }

    It 'sees the variables of the caller, and leaves none of its own' {
        $word = 'mine'; $block = 'kept'; $path = 'too'
        Use-TemporaryImage $image.ImageId { $word; $block; $path } | Should -Be 'mine', 'kept', 'too'
    }

    It 'emits what the block emits, as it comes' {
        $log = [Collections.Generic.List[string]]::new()
        Use-TemporaryImage $image.ImageId { foreach ($n in 1..3) { $log.Add("made $n"); $n } } | ForEach-Object { $log.Add("took $_") }
        $log | Should -Be 'made 1', 'took 1', 'made 2', 'took 2', 'made 3', 'took 3'
    }

    It 'removes the file when a later command has enough' {
        $after = [Collections.Generic.List[int]]::new()
        Use-TemporaryImage $image.ImageId { 1; $after.Add(1); 2 } | Select-Object -First 1 | Should -Be 1
        $after | Should -BeNullOrEmpty
        Get-Leftover | Should -BeNullOrEmpty
    }

    It 'removes the file when the block throws, and the error is the block''s own' {
        { Use-TemporaryImage $image.ImageId { throw 'my trouble' } } | Should -Throw 'my trouble'
        Get-Leftover | Should -BeNullOrEmpty
    }

    It 'removes the file when the block breaks out of a loop' {
        $rounds = 0
        foreach ($round in 1..3) {
            $rounds++
            Use-TemporaryImage $image.ImageId { break }
        }
        $rounds | Should -Be 1
        Get-Leftover | Should -BeNullOrEmpty
    }

    It 'lets the block return early, and go on after an error' {
        Use-TemporaryImage $image.ImageId { 'before'; return; 'after' } | Should -Be 'before'
        Use-TemporaryImage $image.ImageId { Write-Error 'small trouble' -ErrorAction SilentlyContinue; 'after' } | Should -Be 'after'
    }

    It 'removes the file when it is stopped' {
        $shell = [powershell]::Create()
        $null = $shell.AddScript({
            param($Manifest, $Service, $Id)
            Import-Module $Manifest
            Connect-ImageService -LocalDirectory $Service | Out-Null
            Use-TemporaryImage $Id { 'running'; Start-Sleep -Seconds 600 }
        }).AddArgument($ModuleManifest).AddArgument((Join-Path $TestDrive 'service')).AddArgument($image.ImageId)
        $output = [Management.Automation.PSDataCollection[psobject]]::new()
        $running = $shell.BeginInvoke([Management.Automation.PSDataCollection[psobject]]::new(), $output)
        while ($output.Count -eq 0 -and -not $running.IsCompleted) { Start-Sleep -Milliseconds 50 }
        Get-Leftover | Should -Not -BeNullOrEmpty
        $shell.Stop()
        $shell.InvocationStateInfo.State | Should -Be 'Stopped'
        $shell.Dispose()
        Get-Leftover | Should -BeNullOrEmpty
    }

    It 'shares the file with uses inside of it, and with fetches' {
        Use-TemporaryImage $image.ImageId {
            $outer = $_
            Use-TemporaryImage $image.ImageId { $_ } | Should -Be $outer
            $outer | Should -Exist
            $seen = Convert-VolumeImage -ImageId $image.ImageId -Destination ./volume.raw -OutputFormat raw
            $seen.TemporaryBytes | Should -Be 0
        }
        Get-Sha256 ./volume.raw | Should -Be (Get-Sha256 $raw)
    }

    It 'takes images from the pipeline, one after another' {
        Get-ServiceImage | Use-TemporaryImage -ScriptBlock { (Get-Item -LiteralPath $_).Length } | Should -Be 4MB
    }

    It 'ends the name in the suffix' {
        Use-TemporaryImage $image.ImageId { $_ } -Suffix '.img' | Should -BeLike '*.img'
        Use-TemporaryImage $image.ImageId { $_ } -Suffix 'a/b' -ErrorVariable failed -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $failed.FullyQualifiedErrorId | Should -BeLike 'InvalidArgument,*'
    }

    It 'runs nothing under -WhatIf' {
        Use-TemporaryImage $image.ImageId { throw 'it ran' } -WhatIf | Should -BeNullOrEmpty
    }

    It 'says that an image is not there, runs no block, and goes on with the rest' {
        $ran = ([guid]::NewGuid().ToString(), $image.ImageId | Use-TemporaryImage -ScriptBlock { 'ran' } -ErrorVariable failed -ErrorAction SilentlyContinue)
        $ran | Should -Be 'ran'
        $failed.Count | Should -Be 1
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'ImageNotFound,*'
    }

    It 'runs a block of a module, which has variables of its own' {
        $module = New-Module { $secret = 'of the module'; function Get-Block { { "$secret $($args[0] -eq $_)" } } }
        Use-TemporaryImage $image.ImageId (& $module { Get-Block }) | Should -Be 'of the module True'
        $module | Remove-Module
    }
}
