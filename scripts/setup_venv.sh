#!/bin/sh
# Make .venv and install the pinned packages, doing nothing when it is already as the lock files say.
#
#   setup_venv.sh run     what the product needs
#   setup_venv.sh test    the same and the test tools
#
# Runs on a bare Debian or Ubuntu with Python 3.11 to 3.13. The quick path starts no Python.
set -eu
cd "$(dirname "$0")/.."

case "${1:-}" in
    run) locks="requirements.lock" ;;
    test) locks="requirements.lock requirements-test.lock" ;;
    *) echo "usage: $0 run|test" >&2; exit 2 ;;
esac

up_to_date() {
    [ -x .venv/bin/booking ] && [ -x .venv/bin/python ] || return 1
    for lock in pyproject.toml $locks; do
        cmp -s "$lock" ".venv/installed/$lock" || return 1
    done
}

fits() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null
}

find_python() {
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
        if fits "$candidate"; then
            command -v "$candidate"
            return 0
        fi
    done
    echo "Python 3.11, 3.12 or 3.13 is needed: install it, or name it with PYTHON=/path/to/python." >&2
    return 1
}

make_venv() {
    python=$(find_python)
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        package="python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
        if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
            echo "Python's venv module is missing: install it with 'sudo apt-get install $package'." >&2
            return 1
        fi
        echo "Installing $package ..."
        scripts/apt_install.sh "$package"
    fi
    echo "Making .venv with $("$python" --version) ..."
    "$python" -m venv --clear .venv
}

up_to_date && exit 0

[ -x .venv/bin/python ] && fits .venv/bin/python && [ -x .venv/bin/pip ] || make_venv

echo "Installing the packages of $locks ..."
pip=".venv/bin/python -m pip --disable-pip-version-check --quiet"
requirements=$(printf -- '-r %s ' $locks)
# shellcheck disable=SC2086 # both are lists of words
$pip install --only-binary :all: $requirements
# setuptools is pinned in the lock file too, so this step asks no registry.
# shellcheck disable=SC2086
$pip install --no-deps --no-build-isolation --editable .

mkdir -p .venv/installed
cp pyproject.toml $locks .venv/installed/
