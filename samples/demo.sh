#!/usr/bin/env bash
# The main job without PowerShell: an image leaves an image service, is checked, becomes a volume, and the volume goes
# back as an image.   samples/demo.sh IMAGE WORKFOLDER IMAGEUTILS
set -euo pipefail
image=$1 work=$2 imageutils=$3
service=$work/service
export IMAGEUTILS_IMAGE_CONVERSION_DIRECTORY=$work/conversion

# field NAME: the first text property of that name in a line of JSON.
field() { grep -o "\"$1\":\"[^\"]*\"" | head -n 1 | cut -d '"' -f 4; }
run() {
    printf '\n> imageutils %s\n' "$*"
    "$imageutils" "$@" --local "$service"
}

format=$("$imageutils" info "$image" --json | field format)
case $format in gpt | mbr) format=raw ;; esac
id=$("$imageutils" publish "$image" --name demo --disk-format "$format" --volume-format "$format" --local "$service" --json | field imageId)

run images list
run fetch "$id" "$work/"
run check "$work/$id.$format" --claimed-format "$format"
run convert --image "$id" "$work/volume.raw" --to raw
target=qcow2
if ! "$imageutils" tools --json | grep -q '"isAvailable":true'; then
    printf '\nqemu-img is not here, so the volume goes back as it is.\n'
    target=raw
fi
run publish "$work/volume.raw" --name demo-volume --disk-format "$target"
run images list
printf '\nvolume sha256 %s\n' "$(sha256sum "$work/volume.raw" | cut -d ' ' -f 1)"
