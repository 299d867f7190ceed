# Uses the AWS CLI like a user: prints each successful step, and ends at the first failure.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

export AWS_ACCESS_KEY_ID=$ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY=$ACCESS_KEY_SECRET AWS_DEFAULT_REGION=cn-hangzhou
export AWS_CA_BUNDLE=$CA_FILE AWS_ENDPOINT_URL=$S3_TLS_ENDPOINT AWS_CONFIG_FILE=$work/config AWS_MAX_ATTEMPTS=1
printf '[default]\ns3 =\n  addressing_style = %s\n' "$STYLE" >"$work/config"
aws() { "$CACHE/bin/aws" "$@"; }
step() { echo "$1"; }

mkdir -p "$work/from/a b"
printf hello >"$work/from/a b/猫+.txt"
head -c 12000000 /dev/zero >"$work/from/big"

aws s3 mb "s3://$BUCKET" >/dev/null
step 'create bucket'
if aws s3 cp "$work/from/a b/猫+.txt" "s3://$BUCKET/refused" >"$work/output" 2>&1; then
  echo 'accepted' >&2
  exit 1
fi
grep --quiet 'Aws MultiChunkedEncoding' "$work/output"
step 'refused: trailers'
export AWS_REQUEST_CHECKSUM_CALCULATION=when_required AWS_RESPONSE_CHECKSUM_VALIDATION=when_required
aws s3 sync --quiet "$work/from" "s3://$BUCKET/to"
step 'sync'
[[ $(aws s3 cp "s3://$BUCKET/to/a b/猫+.txt" -) == hello ]]
step 'get'
[[ $(aws s3 ls --recursive "s3://$BUCKET" | awk '{print $3}' | sort | tr '\n' ' ') == '12000000 5 ' ]]
step 'list'
aws s3 mv --quiet "s3://$BUCKET/to/big" "s3://$BUCKET/moved"
step 'move'
curl --silent --fail --cacert "$CA_FILE" "$(aws s3 presign "s3://$BUCKET/moved")" | cmp - "$work/from/big"
step 'presigned'
aws s3 rm --quiet --recursive "s3://$BUCKET"
aws s3 rb "s3://$BUCKET" >/dev/null
step 'delete'
