# What the figures share. Sourced, not run.
PATH=$EC200U_PKI_BIN:$PATH
export NO_COLOR=1

free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 40000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
}
passphrase() { (umask 077 && head -c 24 /dev/urandom | base64 >passphrase); }
# The first number of a key in a JSON document on stdin.
number() { sed -n "s/.*\"$1\": \([0-9]*\).*/\1/p" | head -n 1; }
# seconds COMMAND…: wall time of a command that must succeed; its output goes to stderr.
# Bash's own clock: starting date would count with a command that takes fifty milliseconds.
seconds() {
  local begin end
  begin=${EPOCHREALTIME/[.,]/}
  "$@" >&2
  end=${EPOCHREALTIME/[.,]/}
  awk -v b="$begin" -v e="$end" 'BEGIN { printf "%.4f", (e - b) / 1e6 }'
}
# row NAME MEASURED UNIT AGAINST LIMIT PEER [upside-down]: the ratio is measured / against, or the other way round.
row() {
  awk -v n="$1" -v m="$2" -v u="$3" -v a="$4" -v l="$5" -v p="$6" -v d="${7:-}" 'BEGIN {
    r = d == "" ? (a > 0 ? m / a : 0) : (m > 0 ? a / m : 0)
    printf "%s\t%.4g %s\t%.4g %s\t%.2f\t%s\t%s\n", n, m, u, a, u, r, l, p }'
}
