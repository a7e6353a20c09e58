#!/bin/sh
# Install what the tests need beside Python packages: PostgreSQL's server programs and Chromium.
#
# As root on Debian or Ubuntu both come from the distribution; otherwise one sentence says what to
# install. Does nothing, quickly, when both are there.
set -eu
cd "$(dirname "$0")/.."

has_postgresql() {
    for initdb in /usr/lib/postgresql/*/bin/initdb; do
        [ -x "$initdb" ] && return 0
    done
    command -v initdb >/dev/null
}

# Ubuntu's package is a stub that only names another package manager, so the program has to answer.
has_chromium() {
    .venv/bin/python -m tests.support.chromium >/dev/null 2>&1
}

may_install() {
    [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null
}

install_packages() {
    echo "Installing $* ..."
    scripts/apt_install.sh "$@"
}

if ! has_postgresql; then
    if ! may_install; then
        echo "PostgreSQL is missing: install it with 'sudo apt-get install postgresql'." >&2
        exit 1
    fi
    # The tests start their own cluster; the package need not make one.
    mkdir -p /etc/postgresql-common
    [ -e /etc/postgresql-common/createcluster.conf ] ||
        echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
    install_packages postgresql
fi

if ! has_chromium; then
    if may_install && [ -z "$(sed -n 's/^ID=ubuntu$/yes/p' /etc/os-release)" ]; then
        install_packages chromium
    elif may_install; then
        .venv/bin/python -m playwright install --with-deps chromium
    else
        .venv/bin/python -m playwright install chromium || true
    fi
    if ! has_chromium; then
        echo "Chromium is missing: install it with 'sudo apt-get install chromium', or on Ubuntu 'sudo .venv/bin/playwright install --with-deps chromium'." >&2
        exit 1
    fi
fi
