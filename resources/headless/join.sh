#!/bin/sh
# Joins the parts beside it, checks each and the whole, and unpacks them here or into the folder given:
#
#   sh join.sh [FOLDER]
#
# Can be run again at any time, for example when a missing part has been copied. Needs a POSIX shell, coreutils, tar
# and gzip, also where these are not on the PATH.

set -u
needed_kib=@NEEDED_KIB@

PATH=${PATH:+$PATH:}/usr/local/bin:/usr/bin:/bin
export PATH

fail() {
  printf 'join.sh: %s\n' "$*" >&2
  exit 1
}

case $0 in
  */*) here=$(CDPATH='' cd -P -- "${0%/*}/" && pwd -P) ;;
  *) here=$(pwd -P) ;;
esac
[ -n "$here" ] || fail "The folder of \"$0\" cannot be entered."
target=${1:-$here}
[ $# -le 1 ] || fail 'Give one folder to unpack into, or none.'

for program in sha256sum tar gzip df; do
  command -v "$program" >/dev/null 2>&1 ||
    fail "The program $program is not here. Install it, or unpack on another machine and copy the folder."
done

list=$here/SHA256SUMS
[ -f "$list" ] || fail "SHA256SUMS is missing: copy it beside this script, then run this again."

# The list names the parts in order, and last the whole that they make.
archive='' whole='' right=0 missing='' damaged=''
set --
while read -r sum name; do
  case $name in
    *.part-[0-9][0-9][0-9])
      set -- "$@" "$here/$name"
      if [ ! -f "$here/$name" ]; then
        missing="$missing $name"
      elif [ "$(sha256sum <"$here/$name")" = "$sum  -" ]; then
        right=$((right + 1))
        printf '%s is right.\n' "$name"
      else
        damaged="$damaged $name"
      fi
      ;;
    *.tar.gz)
      archive=$name
      whole=$sum
      ;;
  esac
done <"$list"
[ -n "$archive" ] && [ $# -gt 0 ] || fail 'SHA256SUMS is damaged: copy it again, then run this again.'

wrong=''
[ -z "$missing" ] || wrong=" Missing:$missing."
[ -z "$damaged" ] || wrong="$wrong Damaged:$damaged."
[ -z "$wrong" ] || fail "The bundle is not whole yet ($right of $# parts).$wrong Copy these again, then run this again."

name=${archive%.tar.gz}
next() {
  cat <<END
Next:
  cd "$target/$name"
  ./batchscope doctor
  ./batchscope run resources/models/cnn-classifier.onnx
The parts are not needed any more.
END
}

mkdir -p -- "$target" || fail "The folder \"$target\" cannot be made."
target=$(CDPATH='' cd -P -- "$target" && pwd -P) || fail "The folder \"$target\" cannot be entered."
[ -w "$target" ] || fail "\"$target\" cannot be written to. Name another folder: sh join.sh FOLDER"
if [ -e "$target/$name" ]; then
  printf '"%s" is here already; remove it first to unpack it anew.\n' "$target/$name"
  next
  exit 0
fi

[ "$(cat -- "$@" | sha256sum)" = "$whole  -" ] ||
  fail 'The parts are right, but do not make the whole: SHA256SUMS is damaged. Copy it again, then run this again.'
printf '%s is whole.\n' "$archive"

# Unpacked beside and renamed at the end, so that what stands there under its name is always whole.
half=$target/$name.unpacking
rm -rf -- "$half"
free_kib=$(df -Pk -- "$target" | { read -r _ && read -r _ _ _ free _ && printf '%s' "$free"; })
case $free_kib in
  '' | *[!0-9]*) ;;
  *)
    [ "$free_kib" -ge "$needed_kib" ] ||
      fail "\"$target\" has $((free_kib / 1024)) MiB free, and $((needed_kib / 1024)) MiB are needed. Free some space, or name another folder: sh join.sh FOLDER"
    ;;
esac
trap 'rm -rf -- "$half"' EXIT
trap 'exit 130' HUP INT TERM
mkdir -- "$half" || fail "\"$half\" cannot be made."
cat -- "$@" | gzip -dc | tar -xf - -C "$half" || fail "It could not be unpacked into \"$target\"; see above."
mv -- "$half/$name" "$target/$name" || fail "It could not be moved to \"$target/$name\"; see above."

if version=$("$target/$name/batchscope" --version); then
  printf 'Batchscope %s is in "%s".\n' "$version" "$target/$name"
else
  fail "It is unpacked in \"$target/$name\", but cannot run here, see above: it needs 64-bit x86 Linux with @NEEDS@."
fi
next
