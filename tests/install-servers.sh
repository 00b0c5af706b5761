#!/usr/bin/env bash
# Installs the XMPP servers and the XMPP peers that tests start, without starting any of them as a system service.
# 'install-servers.sh rabbitmq' adds the message broker that only the benchmark of peers compares with.
# Quick and silent when all is there. Needs Debian or Ubuntu, and root.
set -euo pipefail

packages=(prosody ejabberd openssl python3-slixmpp libstrophe-dev gcc libc6-dev)
case "${*:-}" in
  '') ;;
  rabbitmq) packages+=(rabbitmq-server) ;;
  *) echo "install-servers: '$*' is not known; only 'rabbitmq' is" >&2; exit 2 ;;
esac

missing() {
  for package in "${packages[@]}"; do
    dpkg-query --show --showformat='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || echo "$package"
  done
}

if ! command -v apt-get >/dev/null; then
  echo "install-servers: no apt-get here; install ${packages[*]} by hand" >&2
  exit 1
fi
[ -n "$(missing)" ] || exit 0
if [ "$(id -u)" -ne 0 ]; then
  echo "install-servers: missing: $(missing | xargs); run 'sudo tests/install-servers.sh${*:+ $*}'" >&2
  exit 1
fi

# Test runs may start side by side: one installs, the others wait and find all there.
exec 9>/var/lock/xmpprpc-install-servers
flock 9
mapfile -t wanted < <(missing)
[ "${#wanted[@]}" -gt 0 ] || exit 0

# The packages start their daemons on all interfaces unless a policy forbids it.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
fi

install() {
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${wanted[@]}" 9>&-
}
# Lists that are missing or stale are the usual reason for a first refusal.
install || { apt-get update -q 9>&- && install; }
