# Uses ossutil like a user: prints each successful step, and ends at the first failure.
set -euo pipefail

export HOME
HOME=$(mktemp -d) # without the user's configuration, and with a place for the folders that it creates
trap 'rm -rf "$HOME"' EXIT
cd "$HOME"

key='a b/猫.txt'
object="oss://$BUCKET/$key"
part_size_min=$((100 * 1024))

with() {
  local secret=$1 version=$2
  shift 2
  "$CACHE/ossutil" "$@" --endpoint "$OSS_ENDPOINT" --region cn-hangzhou --sign-version "$version" \
    --access-key-id "$ACCESS_KEY_ID" --access-key-secret "$secret"
}
v4() { with "$ACCESS_KEY_SECRET" v4 "$@"; }
v1() { with "$ACCESS_KEY_SECRET" v1 "$@"; }

# Removes the line with the elapsed time.
read_object() { v4 cat "$1" | sed '/(s) elapsed$/d'; }

fail() {
  echo "$*" >&2
  exit 1
}

# expect ACTUAL EXPECTED
expect() { [[ $1 == "$2" ]] || fail "«$1» is not «$2»"; }

# expect_in TEXT PART ...: TEXT contains each PART, whatever the number of spaces
expect_in() {
  local text part
  text=$(tr -s ' ' <<<"$1")
  for part in "${@:2}"; do [[ $text == *"$part"* ]] || fail "no «$part» in: $text"; done
}

# refused PART COMMAND [ARG ...]
refused() {
  local part=$1 output
  shift
  ! output=$("$@" 2>&1) || fail "accepted: $*"
  expect_in "$output" "$part"
}

create_bucket() {
  v4 mb "oss://$BUCKET" >&2
  expect_in "$(v1 stat "oss://$BUCKET")" "Name : $BUCKET" 'ACL : private'
}

put() {
  printf hello >hello
  v4 cp hello "$object" --meta 'content-type:text/plain#x-oss-meta-by:tom' >&2
}

get() {
  expect "$(read_object "$object")" hello
  expect_in "$(v1 stat "$object")" 'Content-Type : text/plain' 'X-Oss-Meta-By : tom' \
    'Etag : 5D41402ABC4B2A76B9719D911017C592'
}

range() {
  v4 cp "$object" part --range 1-3 >&2
  expect "$(<part)" ell
}

copy() {
  v4 cp "$object" "oss://$BUCKET/a b/copy" >&2
  expect "$(read_object "oss://$BUCKET/a b/copy")" hello
}

list() {
  local listed
  listed=$(v1 ls "oss://$BUCKET/a b/" --short-format | grep ^oss:)
  expect "$listed" "oss://$BUCKET/a b/copy"$'\n'"$object"
  expect_in "$(v4 ls "oss://$BUCKET" --directory)" "oss://$BUCKET/a b/"
}

append() {
  printf one >more
  v4 appendfromfile more "oss://$BUCKET/log" >&2
  v4 appendfromfile more "oss://$BUCKET/log" >&2
  expect "$(read_object "oss://$BUCKET/log")" oneone
}

multipart() {
  head -c $((part_size_min + 1)) /dev/urandom >big
  v4 cp big "oss://$BUCKET/big" --bigfile-threshold "$part_size_min" --part-size "$part_size_min" >&2
  v4 cp "oss://$BUCKET/big" got --bigfile-threshold "$part_size_min" --part-size "$part_size_min" >&2
  cmp big got
  expect_in "$(v4 stat "oss://$BUCKET/big")" 'X-Oss-Object-Type : Multipart'
}

tagging() {
  v4 object-tagging --method put "$object" 'color#黑 black' >&2
  expect_in "$(v4 object-tagging --method get "$object")" '"黑 black"'
}

acl() {
  v4 set-acl "$object" public-read >&2
  expect_in "$(v1 stat "$object")" 'ACL : public-read'
  v4 set-acl "$object" private >&2
}

# presigned VERSION
presigned() {
  local url
  url=$("$1" sign "$object" | grep ^http)
  expect "$(curl -sS "$url")" hello
  expect_in "$(curl -sS "${url/\%E7\%8C\%AB/other}")" '<Code>SignatureDoesNotMatch</Code>'
}

no_such_key() { refused ErrorCode=NoSuchKey v4 cat "oss://$BUCKET/missing"; }

wrong_secret() {
  for version in v1 v4; do
    refused ErrorCode=SignatureDoesNotMatch with wrong "$version" cat "$object"
  done
}

delete() {
  v4 rm "$object" >&2
  refused NoSuchKey v4 stat "$object"
  v4 rm "oss://$BUCKET" --recursive --bucket --force >&2
  refused ErrorCode=NoSuchBucket v4 stat "oss://$BUCKET"
}

step() {
  local name=$1
  shift
  "$@"
  echo "$name"
}

step 'create bucket' create_bucket
step put put
step get get
step range range
step copy copy
step list list
step append append
step multipart multipart
step tagging tagging
step ACL acl
step 'presigned V1' presigned v1
step 'presigned V4' presigned v4
step NoSuchKey no_such_key
step 'wrong secret' wrong_secret
step delete delete
