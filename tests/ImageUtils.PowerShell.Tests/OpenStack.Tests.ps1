# A whole session against a real Glance and a real Keystone, from connect to remove. They are those of the run, or started
# here; where the packages are not installed the session is skipped.

BeforeDiscovery {
    $script = Join-Path $PSScriptRoot '../Services/openstack.sh'
    # The pages of what only a real service can do; Examples.Tests.ps1 runs all others.
    . (Join-Path $PSScriptRoot 'TestSetup.ps1')
    $examples = Get-PageExample | Where-Object { $_.Page -in $RealServicePages }
    $hasServices = $IsLinux -and ($env:IMAGEUTILS_TEST_OPENSTACK -or -not (& $script missing))
}

Describe 'A session with an OpenStack image service' -Skip:(-not $hasServices) {
    BeforeAll {
        . (Join-Path $PSScriptRoot 'TestSetup.ps1')
        $script = Join-Path $PSScriptRoot '../Services/openstack.sh'
        $folder = $env:IMAGEUTILS_TEST_OPENSTACK
        if (-not $folder) {
            $folder = Join-Path $TestDrive 'openstack'
            & $script start $folder $PID | Out-Null
            if ($LASTEXITCODE -ne 0) { throw 'The services did not start.' }
        }
        $state = Get-Content -Raw -LiteralPath (Join-Path $folder 'state.json') | ConvertFrom-Json
        $demo = [pscredential]::new('demo', (ConvertTo-Secret 'demo-secret'))
        $other = [pscredential]::new('other', (ConvertTo-Secret 'other-secret'))
        $wrong = [pscredential]::new('demo', (ConvertTo-Secret 'wrong-secret'))
        foreach ($variable in Get-ChildItem env: | Where-Object Name -Like 'OS_*') { Remove-Item "env:$($variable.Name)" }
        $disk = New-RawDisk -Path (Join-Path $TestDrive 'volume.raw') -Size 4MB
    }

    AfterAll {
        if (-not $env:IMAGEUTILS_TEST_OPENSTACK -and $folder) { & $script stop $folder }
    }

    AfterEach { Disconnect-ImageService }

    It 'goes from the connection to the removal' {
        $connection = Connect-ImageService -AuthUrl $state.identity -Credential $demo -Project demo
        $connection.Kind | Should -Be 'glance'
        $connection.Endpoint | Should -Be $state.image
        $connection.Project | Should -Be 'demo'
        $connection.User | Should -Be 'demo'
        $connection.ExpiresAt | Should -BeGreaterThan ([datetime]::UtcNow)

        (Get-ImageStore).StoreId | Should -Be 'fast', 'cheap'
        $image = New-ServiceImage -Name 'session' -DiskFormat raw -Property @{ os_distro = 'debian' }
        $image.Status | Should -Be 'queued'
        Publish-VolumeImage -Path $disk -ImageId $image.ImageId -StoreId cheap -WhatIf
        (Get-ServiceImage $image.ImageId).Status | Should -Be 'queued'
        $published = Publish-VolumeImage -Path $disk -ImageId $image.ImageId -StoreId cheap
        $published.Size | Should -Be 4MB

        $found = Get-ServiceImage -Name 'sess*' | Where-Object ImageId -EQ $image.ImageId
        $found.Status | Should -Be 'active'
        $found.Stores | Should -Be 'cheap'
        $found.OsHashValue | Should -Be $published.Hash
        $found.Properties['os_distro'] | Should -Be 'debian'

        $fetched = $found | Invoke-ImageFetch -Destination "$TestDrive/out/" -Verbose 4>&1
        $log = $fetched | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] }
        @($log | Where-Object Message -Match "/v2/images/$($image.ImageId) 200").Count | Should -Be 1
        @($log | Where-Object Message -Match 'demo-secret|gAAAA').Count | Should -Be 0
        $result = $fetched | Where-Object { $_ -is [ImageUtils.ImageFetchResult] }
        $result.IsHashVerified | Should -BeTrue
        Get-Sha256 $result.Path | Should -Be (Get-Sha256 $disk)

        (Set-ServiceImage $image.ImageId -Name renamed -Tag a, b -Protected $true -PassThru).Name | Should -Be 'renamed'
        { Remove-ServiceImage $image.ImageId -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'ImageProtected*'
        Set-ServiceImage $image.ImageId -Protected $false
        Remove-ServiceImage $image.ImageId -WhatIf
        Get-ServiceImage $image.ImageId | Should -Not -BeNullOrEmpty
        Get-ServiceImage $image.ImageId | Remove-ServiceImage -Confirm:$false
        { Get-ServiceImage $image.ImageId -ErrorAction Stop } | Should -Throw -ErrorId 'ImageNotFound*'
    }

    It 'makes a volume of an image by its id' -Skip:(-not (Get-Command qemu-img -ErrorAction Ignore)) {
        Connect-ImageService -AuthUrl $state.identity -Credential $demo -Project demo | Out-Null
        $published = Publish-VolumeImage -Path $disk -Name 'qcow2' -DiskFormat qcow2
        $volume = Convert-VolumeImage -ImageId $published.ImageId -Destination (Join-Path $TestDrive 'back.raw')
        $volume.SourceImageId | Should -Be $published.ImageId
        Get-Sha256 $volume.Path | Should -Be (Get-Sha256 $disk)
        Remove-ServiceImage $published.ImageId -Confirm:$false
    }

    It 'converts an image into a new one, and removes the original where that is asked for' -Skip:(-not (Get-Command qemu-img -ErrorAction Ignore)) {
        Connect-ImageService -AuthUrl $state.identity -Credential $demo -Project demo | Out-Null
        $published = Publish-VolumeImage -Path $disk -Name 'converted' -DiskFormat qcow2
        Convert-ServiceImage $published.ImageId raw -WhatIf 6>&1 | Should -BeNullOrEmpty
        $raw = Convert-ServiceImage $published.ImageId raw -Confirm:$false
        $raw.ImageId | Should -Not -Be $published.ImageId
        $raw.DiskFormat | Should -Be 'raw'
        $raw.OsHashValue | Should -Be (Get-FileHash -LiteralPath $disk -Algorithm SHA512).Hash
        (Get-ServiceImage $published.ImageId).DiskFormat | Should -Be 'qcow2'
        $vdi = Get-ServiceImage $published.ImageId | Convert-ServiceImage -OutputFormat vdi -RemoveOriginal -Confirm:$false
        { Get-ServiceImage $published.ImageId -ErrorAction Stop } | Should -Throw -ErrorId 'ImageNotFound*'
        $raw, $vdi | Remove-ServiceImage -Confirm:$false
    }

    It 'takes an application credential, a token, a cloud and the variables' {
        $secret = ConvertTo-Secret $state.applicationCredential.secret
        $byId = [pscredential]::new($state.applicationCredential.id, $secret)
        (Connect-ImageService -AuthUrl $state.identity -ApplicationCredential $byId).User | Should -Be 'demo'
        $byName = [pscredential]::new($state.applicationCredential.name, $secret)
        (Connect-ImageService -AuthUrl $state.identity -ApplicationCredential $byName -UserName demo).User | Should -Be 'demo'

        $body = @{ auth = @{ identity = @{ methods = @('password'); password = @{ user = @{ name = 'demo'; domain = @{ id = 'default' }; password = 'demo-secret' } } }
            scope = @{ project = @{ name = 'demo'; domain = @{ id = 'default' } } } } } | ConvertTo-Json -Depth 9
        $answer = Invoke-WebRequest "$($state.identity)/auth/tokens" -Method Post -ContentType application/json -Body $body
        $token = ConvertTo-Secret $answer.Headers['X-Subject-Token'][0]
        (Connect-ImageService -AuthUrl $state.identity -Token $token).Project | Should -Be 'demo'
        $bare = Connect-ImageService -Endpoint $state.image, 'http://127.0.0.1:1' -Token $token -RetryCount 3
        $bare.Endpoint | Should -Be $state.image

        Push-Location $TestDrive
        try {
            Set-Content clouds.yaml "clouds: {mine: {auth: {auth_url: '$($state.identity)', username: demo, project_name: demo}, region_name: RegionOne}}"
            (Connect-ImageService -Cloud mine -Credential $demo).Region | Should -Be 'RegionOne'
            Set-Content secure.yaml 'clouds: {mine: {auth: {password: demo-secret}}}'
            (Connect-ImageService -Cloud mine -Region RegionTwo).Region | Should -Be 'RegionTwo'
            $env:OS_CLOUD = 'mine'
            (Connect-ImageService).User | Should -Be 'demo'
            (Get-Completion 'Connect-ImageService -Cloud m').CompletionText | Should -Contain 'mine'
        }
        finally {
            Remove-Item env:OS_CLOUD -ErrorAction Ignore
            Pop-Location
        }
    }

    It 'says what is wrong and keeps the connection that was' {
        $before = Connect-ImageService -LocalDirectory (Join-Path $TestDrive 'local')
        { Connect-ImageService -AuthUrl $state.identity -Credential $wrong -Project demo } | Should -Throw -ErrorId 'NotAuthorized*'
        { Connect-ImageService -AuthUrl $state.identity -Credential $demo } | Should -Throw -ErrorId 'NotAuthorized*'
        { Connect-ImageService -AuthUrl $state.identity -Credential $demo -Project demo -Region Mars } | Should -Throw -ErrorId 'EndpointNotFound*'
        { Connect-ImageService -Endpoint http://127.0.0.1:1 -RetryCount 0 } | Should -Throw -ErrorId 'ServiceUnavailable*'
        { Connect-ImageService -Endpoint not-an-address } | Should -Throw -ErrorId 'InvalidOption*'
        { Connect-ImageService -Cloud nobody } | Should -Throw -ErrorId 'CloudNotFound*'
        { Connect-ImageService -AuthUrl $state.identity } | Should -Throw -ErrorId 'NotAuthorized*'
        (Get-ImageService).Location | Should -Be $before.Location
        "$($Error[0..10] | Out-String)" | Should -Not -Match 'wrong-secret|demo-secret'
    }

    It 'shows a connection without a token or a password' {
        $connection = Connect-ImageService -AuthUrl $state.identity -Credential $demo -Project demo
        $shown = ($connection | Format-List * | Out-String) + ($connection | ConvertTo-Json -Depth 5 -WarningAction Ignore) + ($connection | Out-String) + $connection
        $shown | Should -Not -Match 'gAAAA|demo-secret'
        $shown | Should -Match 'demo'
    }

    It 'shares an image with a project, which answers' {
        $theirs = Connect-ImageService -AuthUrl $state.identity -Credential $other -Project other
        $mine = Connect-ImageService -AuthUrl $state.identity -Credential $demo -Project demo
        $project = $state.accounts.other.projectId
        $image = New-ServiceImage -Name "shared $([guid]::NewGuid())" -DiskFormat raw -Visibility shared
        Add-ServiceImageMember $image.ImageId $project -WhatIf
        Get-ServiceImageMember $image.ImageId | Should -BeNullOrEmpty
        $member = $image | Add-ServiceImageMember -MemberId $project
        $member | Should -BeOfType ([ImageUtils.ImageMember])
        $member.Status | Should -Be 'pending'
        ($member | Out-String) | Should -Match "ImageId\s+MemberId\s+Status"
        Add-ServiceImageMember $image.ImageId -ProjectId $project -ErrorVariable twice -ErrorAction SilentlyContinue
        $twice.FullyQualifiedErrorId | Should -BeLike 'ImageStatusConflict,*'
        $twice.TargetObject | Should -Be $image.ImageId

        Get-ServiceImage -Name $image.Name -ImageService $theirs | Should -BeNullOrEmpty
        $waiting = Get-ServiceImage -Name $image.Name -Visibility shared -MemberStatus pending -ImageService $theirs
        $waiting.ImageId | Should -Be $image.ImageId
        Set-ServiceImageMember $image.ImageId accepted -ImageService $theirs -WhatIf
        (Get-ServiceImageMember $image.ImageId).Status | Should -Be 'pending'
        ($waiting | Set-ServiceImageMember -Status Accepted -ImageService $theirs -PassThru).Status | Should -Be 'accepted'
        (Get-ServiceImage -Name $image.Name -ImageService $theirs).ImageId | Should -Be $image.ImageId
        Set-ServiceImageMember $image.ImageId rejected -MemberId $project -ErrorVariable denied -ErrorAction SilentlyContinue -ImageService $mine
        $denied.FullyQualifiedErrorId | Should -BeLike 'NotAuthorized,*'

        Get-ServiceImageMember $image.ImageId | Remove-ServiceImageMember -WhatIf
        (Get-ServiceImageMember $image.ImageId).MemberId | Should -Be $project
        Get-ServiceImageMember $image.ImageId | Remove-ServiceImageMember
        Get-ServiceImageMember $image.ImageId | Should -BeNullOrEmpty
        Remove-ServiceImageMember $image.ImageId $project -ErrorVariable gone -ErrorAction SilentlyContinue
        $gone.FullyQualifiedErrorId | Should -BeLike 'ImageNotFound,*'
        Remove-ServiceImage $image.ImageId -Confirm:$false
    }

    It 'has the service import a file and an address, and tells how that went' {
        Connect-ImageService -Endpoint $state.openImage | Out-Null
        $image = New-ServiceImage -Name 'staged' -DiskFormat raw
        Import-ServiceImage $image.ImageId -LiteralPath $disk -StoreId cheap -WhatIf
        (Get-ServiceImage $image.ImageId).Status | Should -Be 'queued'
        Import-ServiceImage $image.ImageId -LiteralPath $disk -StoreId ceph -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed.FullyQualifiedErrorId | Should -BeLike 'StoreNotFound,*'
        $staged = $image | Import-ServiceImage -LiteralPath $disk -Method glance-direct -StoreId cheap, fast
        $staged.Status | Should -Be 'active'
        $staged.Stores | Sort-Object | Should -Be 'cheap', 'fast'
        $staged.OsHashValue | Should -Be (Get-FileHash -LiteralPath $disk -Algorithm SHA512).Hash
        $task = @($staged | Get-ServiceImageTask)[0]
        $task | Should -BeOfType ([ImageUtils.ImageTask])
        $task.Status | Should -Be 'success'
        $task.IsFailed | Should -BeFalse
        $task.ImageId | Should -Be $image.ImageId
        ($task | Out-String) | Should -Match 'api_image_import'

        $copy = New-ServiceImage -Name 'copy' -DiskFormat raw | Import-ServiceImage -Uri "$($state.openImage)/v2/images/$($image.ImageId)/file"
        $copy.OsHashValue | Should -Be $staged.OsHashValue
        $broken = New-ServiceImage -Name 'broken' -DiskFormat raw
        Import-ServiceImage $broken.ImageId -Uri "$($state.openImage)/v2/images/none/file" -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed.FullyQualifiedErrorId | Should -BeLike 'ImageUploadFailed,*'
        (Get-ServiceImageTask $broken.ImageId | Where-Object IsFailed).Count | Should -Be 1
        Import-ServiceImage $broken.ImageId -Uri http://192.0.2.1/disk -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed.FullyQualifiedErrorId | Should -BeLike 'RequestRefused,*'
        { Get-ServiceImageTask ([guid]::NewGuid()) -ErrorAction Stop } | Should -Throw -ErrorId 'ImageNotFound*'
        (Get-Completion "Import-ServiceImage $($broken.ImageId) -StoreId c").CompletionText | Should -Contain 'cheap'
        (Get-Completion "Get-ServiceImageTask $($broken.ImageId.Substring(0, 8))").CompletionText | Should -Contain $broken.ImageId
        $staged, $copy, $broken | Remove-ServiceImage -Confirm:$false
    }

    It 'sends nothing of a file that is not what the image claims' -Skip:(-not (Get-Command qemu-img -ErrorAction Ignore)) {
        Connect-ImageService -Endpoint $state.openImage | Out-Null
        $hidden = New-Qcow2Disk -Path (Join-Path $TestDrive 'hidden.raw')
        $image = New-ServiceImage -Name 'raw, it says' -DiskFormat raw
        $image | Import-ServiceImage -LiteralPath $hidden -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed.FullyQualifiedErrorId | Should -Match '^(FormatMismatch|ImageUnacceptable|UnsafeImage),'
        (Get-ServiceImage $image.ImageId).Status | Should -Be 'queued'
        Remove-ServiceImage $image.ImageId -Confirm:$false
    }

    It '<Page>, <Title>' -ForEach $examples {
        $owner = Connect-ImageService -Endpoint $state.openImage
        $id = (New-ServiceImage -Name example -DiskFormat raw -Visibility shared).ImageId
        $project = $state.accounts.other.projectId
        Push-Location $TestDrive
        try {
            'debian.raw', 'debian.qcow2' | ForEach-Object { Copy-Item -LiteralPath $disk -Destination $_ }
            $made = Publish-VolumeImage $disk -Name source -DiskFormat raw
            $address = "$($state.openImage)/v2/images/$($made.ImageId)/file"
            if ($Page -eq 'Set-ServiceImageMember') {
                $owner = Connect-ImageService -AuthUrl $state.identity -Credential $demo -Project demo
                $id = (New-ServiceImage -Name example -DiskFormat raw -Visibility shared).ImageId
                Add-ServiceImageMember $id $project | Out-Null
                Connect-ImageService -AuthUrl $state.identity -Credential $other -Project other | Out-Null
            }
            elseif ($Page -like 'Remove-*') { Add-ServiceImageMember $id $project | Out-Null }
            $script = $Code -replace 'https://images\.example\.org/debian\.raw', $address -replace 'DiskFormat qcow2', 'DiskFormat raw'
            $ErrorActionPreference = 'Stop'
            { . ([scriptblock]::Create($script)) | Out-Null } | Should -Not -Throw -Because $script
            if ($Page -eq 'Add-ServiceImageMember') { (Get-ServiceImageMember $id).MemberId | Should -Be $project }
            if ($Page -eq 'Set-ServiceImageMember') { (Get-ServiceImageMember $id).Status | Should -Be 'accepted' }
            if ($Page -eq 'Remove-ServiceImageMember') { Get-ServiceImageMember $id | Should -BeNullOrEmpty }
            if ($Page -eq 'Import-ServiceImage') { (Get-ServiceImage -Name debian).Status | Should -Be 'active' }
        }
        finally {
            Pop-Location
            Connect-ImageService -Endpoint $state.openImage | Out-Null
            Get-ServiceImage -Name debian | Remove-ServiceImage -Confirm:$false
            Remove-ServiceImage $made.ImageId -Confirm:$false
            Remove-ServiceImage $id -Confirm:$false -ImageService $owner
        }
    }

    It 'works with a service that asks nobody, also in parallel runspaces' {
        $service = Connect-ImageService -Endpoint $state.openImage
        $ids = 1..6 | ForEach-Object -Parallel {
            Import-Module $using:ModuleManifest
            (New-ServiceImage -Name "parallel$_" -DiskFormat raw -ImageService $using:service).ImageId
        }
        ($ids | Get-ServiceImage).Count | Should -Be 6
        $ids | Remove-ServiceImage -Confirm:$false
    }
}
