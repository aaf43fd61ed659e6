#!/usr/bin/env bash
# The front door on Linux and macOS: installs what is missing where it may, then builds, tests, shows and packs.
#   ./build.sh demo [IMAGE] | build | test | fuzz [EXECUTIONS] | bench [NAME...] | docs | analyze | package | clean
set -euo pipefail
CALLER=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")"
ROOT=$PWD
OUTPUT=$ROOT/output
CONFIGURATION=Release
PINNED_PWSH=7.6.9
MINIMUM_PWSH=7.6
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1

say() { printf '%s\n' "$*"; }
note() { printf 'build.sh: %s\n' "$*" >&2; }

need_dotnet() {
    local version
    version=$(command -v dotnet >/dev/null 2>&1 && dotnet --version 2>/dev/null || true)
    if [ -z "$version" ] || [ "${version%%.*}" -lt 10 ]; then
        note "the .NET 10 SDK is needed and was not found; see https://dotnet.microsoft.com/download/dotnet/10.0"
        exit 1
    fi
}

# need_debian COMMAND PACKAGE WHY: installs a missing Debian package as root; says what is needed otherwise.
need_debian() {
    local command=$1 package=$2 why=$3
    command -v "$command" >/dev/null 2>&1 && return 0
    if ! can_install; then
        note "$command ($why) is missing; install it with: sudo apt-get install $package"
        return 1
    fi
    install_debian "$why" "$package"
}

can_install() { [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; }

# install_debian WHY PACKAGE...
install_debian() {
    local why=$1
    shift
    note "installing the Debian packages $* ($why)"
    local policy=/usr/sbin/policy-rc.d made_policy=
    if [ ! -e "$policy" ]; then
        # No package shall start its service on the user's machine.
        printf '#!/bin/sh\nexit 101\n' > "$policy"
        chmod 755 "$policy"
        made_policy=yes
    fi
    local log result=0
    log=$(mktemp)
    { DEBIAN_FRONTEND=noninteractive apt-get update -qq &&
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } >"$log" 2>&1 || result=$?
    [ -z "$made_policy" ] || rm -f "$policy"
    if [ "$result" -ne 0 ]; then
        note "installing $* failed:"
        tail -n 5 "$log" >&2
    fi
    rm -f "$log"
    return "$result"
}

# The Python packages alone: they have no questions, no settings under /etc that matter, and no service.
need_openstack() {
    local missing
    missing=$(tests/Services/openstack.sh missing | tr '\n' ' ')
    [ -n "$missing" ] || return 0
    if can_install; then
        install_debian "Keystone, Glance and Barbican for the tests" python3-keystone python3-glance python3-barbican python3-keystonemiddleware || true
    else
        note "tests against Keystone and Glance are skipped; install: $missing"
    fi
}

# The peer that fetch, conversion and upload are held against.
need_cinder() {
    /usr/bin/python3 -c 'import cinder.image.image_utils' >/dev/null 2>&1 && return 0
    if can_install; then
        install_debian "cinder, whose work ours is compared with" python3-cinder || true
    else
        note "tests side by side with cinder are skipped; install: python3-cinder"
    fi
}

need_packages() {
    need_debian qemu-img qemu-utils "every format but raw needs it" || true
    need_debian prlimit util-linux "limits on qemu-img" || true
    need_debian sudo sudo "tests of the root helper" || true
    need_debian oslo-rootwrap python3-oslo.rootwrap "tests of the root helper" || true
    need_debian cgexec cgroup-tools "tests of speed limits behind the root helper" || true
}

# Sets PWSH to a PowerShell that is new enough, or to nothing.
PWSH=
find_pwsh() {
    local candidate version
    for candidate in pwsh "$OUTPUT/tools/pwsh"; do
        version=$(command -v "$candidate" >/dev/null 2>&1 && "$candidate" -NoLogo -NoProfile -Command '$PSVersionTable.PSVersion.ToString()' 2>/dev/null || true)
        if [ -n "$version" ] && [ "$(printf '%s\n%s\n' "$MINIMUM_PWSH" "$version" | sort -V | head -n 1)" = "$MINIMUM_PWSH" ]; then
            PWSH=$candidate
            return 0
        fi
    done
    if dotnet tool install PowerShell --version "$PINNED_PWSH" --tool-path "$OUTPUT/tools" >/dev/null 2>&1; then
        PWSH=$OUTPUT/tools/pwsh
        return 0
    fi
    note "no PowerShell $MINIMUM_PWSH or later here, and no registry that has it: going on without"
}

runtime_identifier() { dotnet --info | sed -n 's/^ *RID: *//p' | head -n 1; }

build() {
    need_dotnet
    dotnet build ImageUtils.PowerShell.sln -c "$CONFIGURATION" --nologo -v quiet
    rm -rf "$OUTPUT/bin" "$OUTPUT/ImageUtils.PowerShell"
    mkdir -p "$OUTPUT/bin" "$OUTPUT/ImageUtils.PowerShell/bin"

    # Compiled ahead of time the program starts sooner; where the compiler cannot be had, it goes without.
    local rid
    rid=$(runtime_identifier)
    if ! dotnet publish src/ImageUtils.Cli -c "$CONFIGURATION" -r "$rid" --self-contained false -p:PublishReadyToRun=true \
            -o "$OUTPUT/bin" --nologo -v quiet >"$OUTPUT/publish.log" 2>&1; then
        note "no ahead-of-time compiler for $rid here: imageutils will start a little slower"
        rm -rf "$OUTPUT/bin"
        dotnet publish src/ImageUtils.Cli -c "$CONFIGURATION" -o "$OUTPUT/bin" --nologo -v quiet
    fi
    rm -f "$OUTPUT/publish.log"

    local module=$OUTPUT/ImageUtils.PowerShell stage=$OUTPUT/stage
    dotnet publish src/ImageUtils.PowerShell -c "$CONFIGURATION" -o "$stage" --no-build --nologo -v quiet
    cp "$stage"/*.dll "$module/bin/"
    rm -f "$module/bin/System.Management.Automation.dll"
    cp "src/ImageUtils.PowerShell.Loader/bin/$CONFIGURATION/net10.0/ImageUtils.PowerShell.Loader.dll" "$module/bin/"
    cp module/*.psd1 module/*.psm1 module/*.ps1xml LICENSE "$module/"
    rm -rf "$stage"
    # The help is compiled where a PowerShell is at hand or can be had; nothing else needs one here.
    find_pwsh
    if [ -n "$PWSH" ]; then
        "$PWSH" -NoLogo -NoProfile -NonInteractive -File build.ps1 -Task docs || note "the help was not compiled"
    fi
    say "built output/ImageUtils.PowerShell and output/bin/imageutils"
}

PASSED=0 FAILED=0 SKIPPED=0
count() { PASSED=$((PASSED + $1)) FAILED=$((FAILED + $2)) SKIPPED=$((SKIPPED + $3)); }

# test_project PATH: runs one xunit project and adds its counts; a run without a result file is a failure.
test_project() {
    local project=$1 name trx counters
    name=$(basename "$project")
    trx=$OUTPUT/test-results/$name.trx
    rm -f "$trx"
    dotnet test "$project" -c "$CONFIGURATION" --no-build --nologo -v quiet \
        --results-directory "$OUTPUT/test-results" --logger "trx;LogFileName=$name.trx" --logger "console;verbosity=normal" \
        >"$OUTPUT/test-results/$name.log" 2>&1 || true
    grep -E '^\s*(Failed|Skipped) |\[FAIL\]|\[SKIP\]|Error Message|Assert|Exception' "$OUTPUT/test-results/$name.log" | head -n 80 || true
    counters=$(grep -o '<Counters [^>]*>' "$trx" 2>/dev/null || true)
    if [ -z "$counters" ]; then
        note "$name ended without a result:"
        tail -n 20 "$OUTPUT/test-results/$name.log" >&2
        count 0 1 0
        return
    fi
    local total executed passed
    total=$(attribute total "$counters") executed=$(attribute executed "$counters") passed=$(attribute passed "$counters")
    say "$name: $passed passed, $((executed - passed)) failed, $((total - executed)) skipped"
    count "$passed" $((executed - passed)) $((total - executed))
}

attribute() { printf '%s' "$2" | sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p"; }

test_pester() {
    local suite=tests/ImageUtils.PowerShell.Tests tests
    tests=$(grep -chE '^\s*It ' "$suite"/*.Tests.ps1 2>/dev/null | awk '{ sum += $1 } END { print sum + 0 }')
    find_pwsh
    if [ -z "$PWSH" ]; then
        say "Pester: skipped, no PowerShell $MINIMUM_PWSH or later"
        count 0 0 "$tests"
        return
    fi
    local result log=$OUTPUT/test-results/pester.log
    "$PWSH" -NoLogo -NoProfile -NonInteractive -File "$suite/Invoke-Suite.ps1" -OutputDirectory "$OUTPUT" >"$log" 2>&1 || true
    grep -vE '^(What if|PESTER|$)' "$log" || true
    result=$(grep '^PESTER ' "$log" | tail -n 1 || true)
    case $result in
        'PESTER missing') say "Pester: skipped, Pester 5 is not here and could not be installed"; count 0 0 "$tests" ;;
        'PESTER '*) set -- $result; say "Pester: $2 passed, $3 failed, $4 skipped"; count "$2" "$3" "$4" ;;
        *) note "Pester ended without a result"; count 0 1 0 ;;
    esac
}

# One Keystone and one pair of Glances for all suites; the suites start their own, or skip, where this fails.
start_openstack() {
    need_openstack
    need_cinder
    [ -z "$(tests/Services/openstack.sh missing)" ] || return 0
    local folder
    folder=$(mktemp -d "${TMPDIR:-/tmp}/imageutils-openstack.XXXXXX")
    if tests/Services/openstack.sh start "$folder" $$ >"$OUTPUT/test-results/openstack.log" 2>&1; then
        export IMAGEUTILS_TEST_OPENSTACK=$folder
        trap 'tests/Services/openstack.sh stop "$IMAGEUTILS_TEST_OPENSTACK"' EXIT
    else
        note "Keystone and Glance did not start:"
        tail -n 5 "$OUTPUT/test-results/openstack.log" >&2
        rm -rf "$folder"
    fi
}

run_tests() {
    need_dotnet
    need_packages
    build
    mkdir -p "$OUTPUT/test-results"
    rm -f "$OUTPUT/test-results/verdicts.txt"
    export IMAGEUTILS_TEST_RESULTS=$OUTPUT/test-results
    start_openstack
    test_project tests/ImageUtils.Core.Tests
    test_project tests/ImageUtils.IntegrationTests
    [ ! -f "$OUTPUT/test-results/verdicts.txt" ] || cat "$OUTPUT/test-results/verdicts.txt"
    test_pester
    say "$PASSED passed, $FAILED failed, $SKIPPED skipped"
    [ "$FAILED" -eq 0 ]
}

# A long run; CI makes a short one as a test. A finding is saved with the number that makes it again.
fuzz() {
    need_dotnet
    dotnet build tests/ImageUtils.Core.Tests -c "$CONFIGURATION" --nologo -v quiet
    mkdir -p "$OUTPUT/fuzz"
    IMAGEUTILS_FUZZ_EXECUTIONS=${1:-5000000} IMAGEUTILS_FUZZ_FIRST=${IMAGEUTILS_FUZZ_FIRST:-$(($(date +%s) * 1000))} IMAGEUTILS_FUZZ_SAVE=$OUTPUT/fuzz \
        dotnet "tests/ImageUtils.Core.Tests/bin/$CONFIGURATION/net10.0/ImageUtils.Core.Tests.dll" -class '*.InspectorFuzzTests' -showLiveOutput -noColor
}

# Ours against the peer in the same run; the figures of docs/performance.md come from here.
bench() {
    need_dotnet
    need_packages
    dotnet build benchmarks/ImageUtils.Benchmarks -c "$CONFIGURATION" --nologo -v quiet
    [ $# -gt 0 ] || set -- info
    dotnet "benchmarks/ImageUtils.Benchmarks/bin/$CONFIGURATION/net10.0/ImageUtils.Benchmarks.dll" "$@"
}

demo() {
    need_dotnet
    need_packages
    [ -x "$OUTPUT/bin/imageutils" ] && [ -f "$OUTPUT/ImageUtils.PowerShell/ImageUtils.PowerShell.psd1" ] || build
    find_pwsh
    WORK=$(mktemp -d "${TMPDIR:-/tmp}/imageutils-demo.XXXXXX")
    trap 'rm -rf "$WORK"' EXIT
    local image=${1:-}
    if [ -z "$image" ]; then
        image=$WORK/demo.img
        make_image "$image"
    else
        case $image in /*) ;; *) image=$CALLER/$image ;; esac
        if [ ! -f "$image" ]; then
            note "there is no file '$image'"
            exit 2
        fi
    fi
    if [ -n "$PWSH" ]; then
        "$PWSH" -NoLogo -NoProfile -NonInteractive -File samples/Demo.ps1 -Image "$image" -WorkFolder "$WORK" -Module "$OUTPUT/ImageUtils.PowerShell/ImageUtils.PowerShell.psd1"
    else
        bash samples/demo.sh "$image" "$WORK" "$OUTPUT/bin/imageutils"
    fi
}

# A real one: a file system with this project's documents in it, as qcow2 where qemu-img is here.
make_image() {
    local raw=$WORK/demo.raw mke2fs
    mke2fs=$(command -v mke2fs || ls /sbin/mke2fs /usr/sbin/mke2fs 2>/dev/null | head -n 1 || true)
    if [ -n "$mke2fs" ]; then
        truncate -s 32M "$raw"
        "$mke2fs" -q -t ext4 -d "$ROOT/docs" "$raw"
    else
        { cat docs/*.md README.md; } > "$raw"
        truncate -s 32M "$raw"
    fi
    if command -v qemu-img >/dev/null 2>&1; then
        qemu-img convert -f raw -O qcow2 "$raw" "$1"
        rm -f "$raw"
    else
        mv "$raw" "$1"
    fi
}

need_pwsh_for() {
    find_pwsh
    if [ -z "$PWSH" ]; then
        say "$1: skipped, it needs PowerShell $MINIMUM_PWSH or later"
        return 1
    fi
}

docs() {
    need_dotnet
    [ -d "$OUTPUT/ImageUtils.PowerShell" ] || build
    need_pwsh_for docs || return 0
    "$PWSH" -NoLogo -NoProfile -NonInteractive -File build.ps1 -Task docs
}

analyze() {
    need_dotnet
    dotnet build ImageUtils.PowerShell.sln -c "$CONFIGURATION" --nologo -v quiet --no-incremental
    say "analyzers: no warnings"
    need_pwsh_for "script analysis" || return 0
    "$PWSH" -NoLogo -NoProfile -NonInteractive -File build.ps1 -Task analyze
}

package() {
    build
    docs
    mkdir -p "$OUTPUT/packages"
    local version
    version=$(sed -n "s/^ *ModuleVersion *= *'\(.*\)'.*/\1/p" module/ImageUtils.PowerShell.psd1)
    tar -C "$OUTPUT" -czf "$OUTPUT/packages/ImageUtils.PowerShell-$version.tar.gz" ImageUtils.PowerShell
    tar -C "$OUTPUT" -czf "$OUTPUT/packages/imageutils-$version-$(runtime_identifier).tar.gz" bin
    say "packed output/packages"
}

clean() {
    rm -rf "$OUTPUT"
    find src tests benchmarks -type d \( -name bin -o -name obj \) -prune -exec rm -rf {} + 2>/dev/null || true
}

case ${1:-} in
    demo) shift; demo "$@" ;;
    build) build ;;
    test) run_tests ;;
    fuzz) shift; fuzz "$@" ;;
    bench) shift; bench "$@" ;;
    docs) docs ;;
    analyze) analyze ;;
    package) package ;;
    clean) clean ;;
    *)
        say "usage: ./build.sh demo [IMAGE] | build | test | fuzz [EXECUTIONS] | bench [NAME...] | docs | analyze | package | clean"
        exit 2
        ;;
esac
