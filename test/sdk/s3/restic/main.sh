# Uses restic, which is based on minio-go: prints each successful step, and ends at the first failure.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

export RESTIC_REPOSITORY="s3:$S3_TLS_ENDPOINT/$BUCKET/backup" RESTIC_PASSWORD=secret RESTIC_CACERT=$CA_FILE
export AWS_ACCESS_KEY_ID=$ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY=$ACCESS_KEY_SECRET AWS_DEFAULT_REGION=cn-hangzhou
restic() { "$CACHE/program" --no-cache --quiet --option "s3.bucket-lookup=$([[ $STYLE == path ]] && echo path || echo dns)" "$@"; }
step() { echo "$1"; }

mkdir "$work/from"
printf hello >"$work/from/hello"
head -c 30000000 /dev/urandom >"$work/from/big"

restic init
step 'create bucket'
restic backup "$work/from"
step 'backup'
restic check --read-data
step 'check'
restic restore latest --target "$work/to" >/dev/null
diff -r "$work/from" "$work/to$work/from"
step 'restore'
restic forget --keep-last 1 --prune
[[ $(restic snapshots --json | grep -o '"short_id"' | wc -l) == 1 ]]
step 'prune'
