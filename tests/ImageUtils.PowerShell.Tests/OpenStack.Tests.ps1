# A whole session against a real Glance and a real Keystone, from connect to remove. They are those of the run, or started
# here; where the packages are not installed the session is skipped.

BeforeDiscovery {
    $script = Join-Path $PSScriptRoot '../Services/openstack.sh'
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
        $demo = [pscredential]::new('demo', (ConvertTo-SecureString 'demo-secret' -AsPlainText -Force))
        $wrong = [pscredential]::new('demo', (ConvertTo-SecureString 'wrong-secret' -AsPlainText -Force))
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
        $secret = ConvertTo-SecureString $state.applicationCredential.secret -AsPlainText -Force
        $byId = [pscredential]::new($state.applicationCredential.id, $secret)
        (Connect-ImageService -AuthUrl $state.identity -ApplicationCredential $byId).User | Should -Be 'demo'
        $byName = [pscredential]::new($state.applicationCredential.name, $secret)
        (Connect-ImageService -AuthUrl $state.identity -ApplicationCredential $byName -UserName demo).User | Should -Be 'demo'

        $body = @{ auth = @{ identity = @{ methods = @('password'); password = @{ user = @{ name = 'demo'; domain = @{ id = 'default' }; password = 'demo-secret' } } }
            scope = @{ project = @{ name = 'demo'; domain = @{ id = 'default' } } } } } | ConvertTo-Json -Depth 9
        $answer = Invoke-WebRequest "$($state.identity)/auth/tokens" -Method Post -ContentType application/json -Body $body
        $token = ConvertTo-SecureString $answer.Headers['X-Subject-Token'][0] -AsPlainText -Force
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
