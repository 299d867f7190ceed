# Uses s3cmd like a user: prints each successful step, and ends at the first failure. s3cmd compares the ETag of an
# upload with a lower-case MD5, but OSS's ETags are in upper case, so its users patch two lines.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

host=${S3_TLS_ENDPOINT#https://}
bucket_host=$host
[[ $STYLE == path ]] || bucket_host="%(bucket)s.$host"
cat >"$work/config" <<CONFIG
[default]
access_key = $ACCESS_KEY_ID
secret_key = $ACCESS_KEY_SECRET
host_base = $host
host_bucket = $bucket_host
bucket_location = cn-hangzhou
use_https = True
ca_certs_file = $CA_FILE
CONFIG
s3() { "$CACHE/bin/s3cmd" --config="$work/config" --quiet "$@"; }
show() { "$CACHE/bin/s3cmd" --config="$work/config" "$@"; }
step() { echo "$1"; }

printf hello >"$work/hello"
head -c 16000000 /dev/zero >"$work/big"

s3 mb "s3://$BUCKET"
step 'create bucket'
{ s3 put --max-retries=0 "$work/hello" "s3://$BUCKET/refused" 2>&1 || true; } | grep --quiet "MD5 Sums don't match"
step 'refused: ETag'
cp -r "$("$CACHE/bin/python" -c 'import os, S3; print(os.path.dirname(S3.__file__))')" "$work/S3"
sed -i "/md5_from_s3 = .*etag/s/$/.lower()/" "$work/S3/S3.py"
export PYTHONPATH=$work PYTHONDONTWRITEBYTECODE=1
s3 put "$work/hello" "s3://$BUCKET/a b/猫+.txt" --add-header=x-amz-meta-by:tom
step 'put'
s3 del "s3://$BUCKET/refused"
[[ $(s3 get "s3://$BUCKET/a b/猫+.txt" -) == hello ]]
step 'get'
s3 put "$work/big" "s3://$BUCKET/big" --multipart-chunk-size-mb=5
s3 get "s3://$BUCKET/big" "$work/again"
cmp "$work/big" "$work/again"
step 'multipart'
s3 cp "s3://$BUCKET/a b/猫+.txt" "s3://$BUCKET/copy"
[[ $(s3 get "s3://$BUCKET/copy" -) == hello ]]
step 'copy'
[[ $(show ls --recursive "s3://$BUCKET" | awk '{print $3}' | sort | tr '\n' ' ') == '16000000 5 5 ' ]]
step 'list'
s3 setacl "s3://$BUCKET/copy" --acl-public
show info "s3://$BUCKET/copy" >"$work/info"
grep --quiet anon "$work/info"
step 'ACL'
s3 signurl "s3://$BUCKET/copy" +60 >/dev/null
step 'presigned'
s3 del --recursive --force "s3://$BUCKET"
s3 rb "s3://$BUCKET"
step 'delete'
