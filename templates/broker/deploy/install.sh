#!/bin/sh
# Puts a rendered broker configuration in place, each file with the owner and mode of the list `permissions`.
# Run it as root on the machine of the broker, from the copied folder broker/.
set -eu

usage() {
  cat <<'END'
install.sh [--container] [--certs] [--root DIR] [--check]

  --container   for compose, below /srv/ec200u-broker, instead of the service below /etc
  --certs       certificates, key and revocation list only: after a renewal
  --root DIR    below DIR, for a package or a trial; an account that is missing here is then left out
  --check       change nothing; say what differs from the list, exit 1 if anything does
END
}

fail() {
  printf 'install.sh: %s\n' "$1" >&2
  exit "${2:-1}"
}

part=host root='' check='' certs=''
while [ $# -gt 0 ]; do
  case $1 in
    --container) part=container ;;
    --certs) certs=yes ;;
    --check) check=yes ;;
    --root)
      [ $# -gt 1 ] || fail '--root needs a folder' 2
      root=${2%/}
      shift
      ;;
    -h | --help)
      usage
      exit 0
      ;;
    *)
      usage >&2
      fail "there is no option $1" 2
      ;;
  esac
  shift
done

here=$(cd "$(dirname "$0")" && pwd)
[ -r "$here/permissions" ] || fail "$here/permissions is missing: copy the whole folder broker/ to this machine" 3
if [ -z "$root" ] && [ -z "$check" ] && [ "$(id -u)" != 0 ]; then
  fail 'run it as root, or try it with --root DIR' 5
fi

known() { # account or group known here, or a number
  case $2 in
    '' | *[!0-9]*) getent "$1" "$2" >/dev/null 2>&1 ;;
    *) return 0 ;;
  esac
}

number() { # of an account or group
  case $2 in
    *[!0-9]*) getent "$1" "$2" | cut -d: -f3 ;;
    *) printf '%s\n' "$2" ;;
  esac
}

differences=0
say() {
  printf '%s\n' "$1"
  differences=$((differences + 1))
}

compare() { # mode owner group source destination
  if [ ! -e "$5" ]; then
    say "missing   $5"
    return
  fi
  [ ! -L "$5" ] || say "a symbolic link, which Mosquitto 2.1 refuses for private files: $5"
  found=$(stat -c '%04a %u %g' "$5")
  wanted="$1 $(number passwd "$2") $(number group "$3")"
  [ "$found" = "$wanted" ] || say "differs   $5: mode, owner and group are $found, wanted are $wanted"
  if [ "$4" != - ] && ! cmp -s "$here/$4" "$5"; then
    say "outdated  $5: not what $here/$4 holds"
  fi
}

# Beside the old file, then over it: a broker that reads at this moment sees the old or the new one, never a part.
put() { # mode owner group source destination
  if [ -L "$5" ]; then
    fail "$5 is a symbolic link: remove it, private files must be files" 5
  fi
  if [ -n "$root" ] && { [ "$(id -u)" != 0 ] || ! known passwd "$2" || ! known group "$3"; }; then
    set -- "$1" '' '' "$4" "$5"
  fi
  if [ "$4" = - ]; then
    if [ -n "$2" ]; then install -d -m "$1" -o "$2" -g "$3" "$5"; else install -d -m "$1" "$5"; fi
    return
  fi
  [ -r "$here/$4" ] || fail "$here/$4 is missing or cannot be read" 3
  new="$5.new.$$"
  trap 'rm -f "$new"' EXIT
  if [ -n "$2" ]; then
    install -m "$1" -o "$2" -g "$3" "$here/$4" "$new"
  else
    install -m "$1" "$here/$4" "$new"
  fi
  mv -f "$new" "$5"
  trap - EXIT
  printf 'installed %s\n' "$5"
}

anchors_before=''
now=''
while read -r mode owner group source destination; do
  case $mode in
    '#'* | '') continue ;;
    '['*)
      now=$mode
      continue
      ;;
  esac
  [ "$now" = "[$part]" ] || continue
  case $certs:$source in
    yes:*/certs/*) ;;
    yes:*) continue ;;
  esac
  if [ -z "$check" ] && [ -z "$root" ]; then
    known passwd "$owner" || fail "there is no account $owner: install Mosquitto first"
    known group "$group" || fail "there is no group $group: install Mosquitto first"
  fi
  case $destination in
    */client-ca.pem) cmp -s "$here/$source" "$root$destination" || anchors_before=$destination ;;
  esac
  if [ -n "$check" ]; then
    compare "$mode" "$owner" "$group" "$source" "$root$destination"
  else
    put "$mode" "$owner" "$group" "$source" "$root$destination"
  fi
done <"$here/permissions"

if [ -n "$check" ]; then
  [ "$differences" = 0 ] || exit 1
  printf 'everything is as the list says\n'
  exit 0
fi

if [ -n "$anchors_before" ]; then
  printf 'client-ca.pem has changed: the broker reads it when it starts, not on a reload. Restart it.\n'
fi
if [ -n "$root" ]; then
  exit 0
fi
if [ -n "$certs" ]; then
  # The path unit reloads the service; a container has to be told.
  [ "$part" = host ] || printf 'next: docker compose -f /srv/ec200u-broker/compose.yaml kill -s HUP mosquitto\n'
elif [ "$part" = container ]; then
  printf 'next: docker compose -f /srv/ec200u-broker/compose.yaml up -d\n'
elif command -v systemctl >/dev/null 2>&1; then
  systemctl daemon-reload
  systemctl enable --now ec200u-broker-reload.path
  printf 'next: systemctl restart mosquitto, then ec200u-pki broker test from the project\n'
fi
