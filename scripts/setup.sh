#!/bin/sh
# Install one lock into .venv: `sh scripts/setup.sh core|dev|slow|audit`; `make` calls it.
#
# Plain sh, because it runs before there is a Python to rely on. The stamp .venv/.NAME, written last,
# tells `make` that the lock is in. An installation that was interrupted is thrown away, since pip
# takes a half-written package for an installed one.
set -eu

lock=$1
venv=.venv
busy=$venv/.installing

say() { printf '%s\n' "$@" >&2; }

# Names the first Python that can make a virtual environment, or says what to install.
find_python() {
    old=
    bare=
    for name in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
        # A name on PATH may still not run: version managers leave such shims.
        version=$("$name" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
        if ! "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
            old="$old $name ($version)"
        elif ! "$name" -c 'import ensurepip, venv' 2>/dev/null; then
            bare="$bare $name"
            package=python$version-venv
        else
            python=$name
            return
        fi
    done
    if [ -n "$bare" ]; then
        say "shippanel:$bare cannot make virtual environments: the module ensurepip or venv is missing." \
            "Install it (Debian, Ubuntu: apt install $package) and run the same command again."
    elif [ -n "$old" ]; then
        say "shippanel needs Python 3.11 or newer; found only$old." \
            "Install a newer one, or name it: make PYTHON=/path/to/python3.13 …"
    else
        say "shippanel needs Python 3.11 or newer; none of these runs: ${PYTHON:-python3, python3.11 … python3.14}." \
            "Install one, or name it: make PYTHON=/path/to/python3.13 …"
    fi
    exit 1
}

# Whether .venv was made here and has a Python new enough and a pip that was installed to its end.
usable() {
    grep -qsF "$PWD/$venv/" "$venv/bin/pip" && "$venv/bin/python" -I -c '
import importlib.metadata, sys
pip = importlib.metadata.distribution("pip").read_text("RECORD")
sys.exit(sys.version_info < (3, 11) or not pip)
' 2>/dev/null
}

# Errors are all that pip prints. The user's settings of it stand (an index or a mirror is theirs to
# choose), except those that go against an installation into .venv.
pip_install() {
    PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_USER=0 PIP_REQUIRE_HASHES=0 \
        "$venv/bin/python" -m pip install -qq --no-input "$@"
}

while [ -e "$busy" ] && kill -0 "$(cat "$busy")" 2>/dev/null; do
    [ -n "${waited:-}" ] || say "Waiting for process $(cat "$busy"), which is installing into $venv …"
    waited=yes
    sleep 1
done
if [ -e "$busy" ] || ! usable; then
    find_python
    "$python" -m venv --clear "$venv" >&2 || {
        say "shippanel: $python could not make $venv; see above. Another Python: make PYTHON=/path/to/python3.13 …"
        exit 1
    }
fi

count=$(grep -c '^[a-z0-9].*==' "requirements/$lock.txt" || true)
say "Installing requirements/$lock.txt into $venv ($count packages; the first time this can take a minute or two) …"
echo $$ >"$busy"
{
    # Wheels only: building a package would run code that no hash in the lock covers.
    pip_install --require-hashes --only-binary :all: -r "requirements/$lock.txt" &&
        { [ "$lock" != core ] || pip_install --no-deps --no-build-isolation --editable .; }
} || {
    rm -f "$busy"
    say "shippanel: requirements/$lock.txt could not be installed; see above. Run the same command again once that is mended."
    exit 1
}
rm -f "$busy"
touch "$venv/.$lock"
