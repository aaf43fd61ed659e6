BeforeDiscovery {
    . (Join-Path $PSScriptRoot 'TestSetup.ps1')
    $examples = Get-PageExample | Where-Object { $_.Page -notin $RealServicePages }
}

BeforeAll { . (Join-Path $PSScriptRoot 'TestSetup.ps1') }

# What a page shows is what a user pastes, so every example runs here, in a folder that has the files it names.
Describe 'Examples of the pages' -Skip:(-not (Get-Command qemu-img -ErrorAction Ignore)) {
    BeforeAll {
        $env:IMAGEUTILS_IMAGE_CONVERSION_DIRECTORY = Join-Path $TestDrive 'conversion'
        $env:IMAGEUTILS_LOCAL_IMAGE_DIRECTORY = Join-Path $TestDrive 'default'
        $env:XDG_CONFIG_HOME = Join-Path $TestDrive 'configuration'
    }

    AfterAll {
        Remove-Item Env:IMAGEUTILS_IMAGE_CONVERSION_DIRECTORY, Env:IMAGEUTILS_LOCAL_IMAGE_DIRECTORY, Env:XDG_CONFIG_HOME
        Reset-ImageUtilsOption
    }

    BeforeEach {
        $folder = New-Item -ItemType Directory -Path (Join-Path $TestDrive ([guid]::NewGuid()))
        Push-Location $folder
        New-RawDisk -Path (Join-Path $folder 'volume.raw') -Size 200MB | Out-Null
        New-RawDisk -Path (Join-Path $folder 'debian.raw') | Out-Null
        New-Qcow2Disk -Path (Join-Path $folder 'debian.qcow2') | Out-Null
        Copy-Item debian.qcow2 download.img
        Copy-Item debian.qcow2 disk.qcow2
        New-Item -ItemType Directory -Path overlays | Out-Null
        & qemu-img create -q -f qcow2 -b ../debian.qcow2 -F qcow2 (Join-Path $folder 'overlays/test.qcow2')
        Copy-Item debian.qcow2 volume.qcow2
        & qemu-img create -q -f vmdk (Join-Path $folder 'suspect.vmdk') 1M
        New-Item -ItemType Directory -Path images, incoming, out | Out-Null
        Copy-Item debian.qcow2, debian.raw -Destination incoming
        & qemu-img create -q -f vmdk (Join-Path $folder 'images/one.vmdk') 1M
        New-VhdChain -Folder chain | Out-Null
        & tar -czf image.tar.gz -C chain 0.vhd 1.vhd
        Set-Content -LiteralPath volume.pass -Value 'correct horse' -NoNewline
        Set-Content -LiteralPath cinder.conf -Value '[DEFAULT]', 'image_conversion_dir = $state_path/conversion', "state_path = $folder"
        Connect-ImageService -LocalDirectory (Join-Path $folder 'service') | Out-Null
        $id = (Publish-VolumeImage ./debian.qcow2 -Name debian -DiskFormat qcow2 -VolumeFormat qcow2).ImageId
        Publish-VolumeImage ./debian.raw -Name golden -DiskFormat raw | Out-Null
        $sha256 = (Get-FileHash -LiteralPath debian.qcow2 -Algorithm SHA256).Hash
        $metadata = @{ os_distro = 'debian'; internal_note = 'x' }
    }

    AfterEach {
        Disconnect-ImageService
        Reset-ImageUtilsOption -Scope All
        Pop-Location
        Remove-Item -Recurse -Force -LiteralPath $folder
    }

    It '<Page>, <Title>' -ForEach $examples {
        # Placeholders of the page become what this folder has; results of an earlier example are not there.
        $script = $Code -replace '3f1c1a52-6a0d-4a2e-9a5e-6d8a1b0c2d3e', $id -replace '/etc/cinder/cinder\.conf', './cinder.conf' -replace '/mnt|/tmp', './out' -replace 'debian-13', 'debian' -replace 'Import-Module ImageUtils\.PowerShell', "Import-Module '$ModuleManifest'"
        if ($script -match 'Remove-ServiceImage -ImageId') { $script += ' -Confirm:$false' }
        if ($script -match '-Destination \./debian\.qcow2') { Remove-Item debian.qcow2 }
        if ($script -match 'Convert-VolumeImage \./debian\.qcow2 \./debian\.raw') { Remove-Item debian.raw }
        if ($script -match '-Destination \./volume\.raw|-Destination \./a\.raw') { Remove-Item volume.raw }
        $ErrorActionPreference = 'Stop'
        { . ([scriptblock]::Create($script)) 3>$null | Out-Null } | Should -Not -Throw -Because $script
    }
}
