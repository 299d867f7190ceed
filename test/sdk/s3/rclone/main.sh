# Uses rclone like a user: prints each successful step, and ends at the first failure.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# remote NAME PROVIDER: configures a remote by the environment, as in CI
remote() {
  local prefix="RCLONE_CONFIG_${1^^}"
  export "${prefix}_TYPE=s3" "${prefix}_PROVIDER=$2" "${prefix}_ENDPOINT=$S3_TLS_ENDPOINT" \
    "${prefix}_ACCESS_KEY_ID=$ACCESS_KEY_ID" "${prefix}_SECRET_ACCESS_KEY=$ACCESS_KEY_SECRET" \
    "${prefix}_REGION=cn-hangzhou" "${prefix}_FORCE_PATH_STYLE=$([[ $STYLE == path ]] && echo true || echo false)"
}
remote other Other
remote oss Alibaba
export RCLONE_CONFIG=/dev/null RCLONE_CA_CERT=$CA_FILE RCLONE_RETRIES=1 RCLONE_LOW_LEVEL_RETRIES=1 RCLONE_S3_CHUNK_SIZE=5Mi
rclone() { "$CACHE/program" "$@"; }
step() { echo "$1"; }

mkdir -p "$work/from/a b"
printf hello >"$work/from/a b/猫+.txt"
head -c 12000000 /dev/zero >"$work/from/big"

rclone mkdir "oss:$BUCKET"
step 'create bucket'
# rclone's providers define what each service refuses; an unknown service is treated like S3.
if rclone copy --s3-upload-cutoff 5Mi "$work/from" "other:$BUCKET" --s3-use-multipart-etag=true 2>"$work/errors"; then
  echo 'accepted' >&2
  exit 1
fi
grep --quiet 'Etag differ' "$work/errors" || {
  cat "$work/errors" >&2
  exit 1
}
step 'refused: ETag of parts'
rclone copy --s3-upload-cutoff 5Mi "$work/from" "oss:$BUCKET/to"
step 'copy'
rclone check "$work/from" "oss:$BUCKET/to" --download 2>/dev/null
rclone check "$work/from" "oss:$BUCKET/to" 2>/dev/null
step 'check'
[[ $(rclone cat "oss:$BUCKET/to/a b/猫+.txt") == hello ]]
step 'cat'
[[ $(rclone lsf -R --files-only "oss:$BUCKET/to" | sort | tr '\n' ' ') == 'a b/猫+.txt big ' ]]
step 'list'
rclone copyto "oss:$BUCKET/to/big" "oss:$BUCKET/copy"
rclone moveto "oss:$BUCKET/copy" "oss:$BUCKET/moved"
step 'move'
rclone purge "oss:$BUCKET"
step 'delete'
