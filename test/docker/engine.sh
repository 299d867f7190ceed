#!/usr/bin/env bash
# Starts a Docker engine for the tests of the image, on a machine that has dockerd but nothing that would start it:
# a CI container or virtual machine without systemd. Where an engine answers already it does nothing.
#
# usage: engine.sh     exit status 0 when an engine answers; otherwise one line says what is wrong
# needs: root; dockerd and docker (Debian: apt-get install -y docker.io)
# The engine listens where the docker command looks for it (DOCKER_HOST when that is a Unix socket). Images and log
# are kept in ${XDG_CACHE_HOME:-~/.cache}/oss-emulator-docker; to stop it: kill "$(cat …/oss-emulator-docker/pid)"
set -euo pipefail
state=${XDG_CACHE_HOME:-$HOME/.cache}/oss-emulator-docker
host=${DOCKER_HOST:-unix:///var/run/docker.sock}

say() { echo "engine: $1" >&2; }
fail() { say "$1"; exit 1; }
# Unlike `docker info`, this fails in every version of the client when no engine answers.
answers() { timeout 10 docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

# Succeeds when an engine with these flags answers before it gives up.
start() {
  # Left by a crash, they stop dockerd where another process has the number by now, or nobody reaps the dead one.
  rm -f "$state/pid" "$state/exec/containerd/containerd.pid"
  # In a session of its own, so that it outlives the terminal or CI step that asked for it; without the lock.
  setsid dockerd --host "$host" --data-root "$state/data" --exec-root "$state/exec" --pidfile "$state/pid" "$@" \
    </dev/null >>"$state/log" 2>&1 9>&- &
  local dockerd=$!
  for _ in {1..120}; do
    answers && return
    kill -0 "$dockerd" 2>/dev/null || return 1
    sleep 0.25
  done
  kill "$dockerd" && wait "$dockerd"
  return 1
}

# The last reason dockerd gave, which is not in its log's usual form.
reason() { grep -E '^failed to start|level=fatal' "$state/log" | tail -n 1 | cut -c 1-300 || true; }

command -v docker >/dev/null || fail "docker is missing (apt-get install -y docker.io)"
answers && exit
[[ $host == unix://* ]] || fail "nothing answers at DOCKER_HOST=$host, and only a Unix socket can be served here"
[[ $EUID -eq 0 ]] || fail "no engine answers and starting one needs root"
command -v dockerd >/dev/null || fail "dockerd is missing (apt-get install -y docker.io)"

mkdir -p "$state" "$(dirname "${host#unix://}")"
exec 9>"$state/lock"
flock 9 # of two callers at once the second finds the first one's engine
answers && exit
: >"$state/log"
# The storage driver needs no choice: dockerd takes overlay2, and vfs where the file system cannot.
if start; then exit; fi
why=$(reason)
if start --iptables=false; then
  say "started without iptables: ports can be published, but containers reach nothing beyond this machine ($why)"
elif start --iptables=false --bridge=none; then
  say "started without a bridge: only --network host and none work ($why)"
else
  fail "dockerd does not start: ${why:-no reason given} (log: $state/log)"
fi
