#!/usr/bin/env bash
# Starts a Docker engine for the tests of the image, on a machine that has dockerd but no service manager, such as a CI
# container or a virtual machine without systemd. It does nothing if an engine is already running.
#
# usage: engine.sh     exits with 0 if an engine is running; otherwise prints the problem in one line
# needs: root; dockerd and docker (Debian: apt-get install -y docker.io)
# The engine listens on the docker command's default socket, or on DOCKER_HOST if that is a Unix socket. Images and log
# are stored in ${XDG_CACHE_HOME:-~/.cache}/oss-emulator-docker. To stop it: kill "$(cat …/oss-emulator-docker/pid)"
set -euo pipefail
state=${XDG_CACHE_HOME:-$HOME/.cache}/oss-emulator-docker
host=${DOCKER_HOST:-unix:///var/run/docker.sock}

say() { echo "engine: $1" >&2; }
fail() { say "$1"; exit 1; }
# Unlike `docker info`, this command fails in every version of the client if no engine is running.
answers() { timeout 10 docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

# Starts an engine with these flags; fails if it does not respond within 30 s.
start() {
  # After a crash these files prevent dockerd from starting if another process, or a zombie, has the same process id.
  rm -f "$state/pid" "$state/exec/containerd/containerd.pid"
  # In a new session, so that it keeps running after the terminal or CI step ends; without the lock's file descriptor.
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

# Prints dockerd's last error, which is not in the usual format of its log.
reason() { grep -E '^failed to start|level=fatal' "$state/log" | tail -n 1 | cut -c 1-300 || true; }

command -v docker >/dev/null || fail "docker is missing (apt-get install -y docker.io)"
answers && exit
[[ $host == unix://* ]] || fail "no engine is running at DOCKER_HOST=$host, and this script can only listen on a Unix socket"
[[ $EUID -eq 0 ]] || fail "no engine is running, and starting one requires root"
command -v dockerd >/dev/null || fail "dockerd is missing (apt-get install -y docker.io)"

mkdir -p "$state" "$(dirname "${host#unix://}")"
exec 9>"$state/lock"
flock 9 # a simultaneous second call waits, and then uses the engine of the first
answers && exit
: >"$state/log"
# dockerd chooses the storage driver: overlay2, or vfs if the file system does not support it.
if start; then exit; fi
why=$(reason)
if start --iptables=false; then
  say "started without iptables: ports can be published, but containers can only reach this machine ($why)"
elif start --iptables=false --bridge=none; then
  say "started without a bridge: only --network host and --network none work ($why)"
else
  fail "dockerd did not start: ${why:-unknown reason} (log: $state/log)"
fi
