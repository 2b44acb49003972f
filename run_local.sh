#!/usr/bin/env bash
# Newsbeam on a fresh machine: makes its environment, installs, ingests the sample wires and shows what came out.
#
#   ./run_local.sh [OPTION…]   ingest seeds/ into ./out; options go to `newsbeam ingest`
#   ./run_local.sh --feeds seeds/feeds.toml
#                              serve two outlets from this machine and poll them twice, into ./out-feeds
#   ./run_local.sh --feeds FILE
#                              poll the feeds of a list of your own once, into ./out
#   ./run_local.sh test        the same into a temporary folder, then the tests that need only Python
#   ./run_local.sh check       style and types: ruff, mypy
#   ./run_local.sh test-slow   the tests that `test` leaves out: kill tests, memory, real data (NEWSBEAM_DATA), benchmarks
#   ./run_local.sh test-all    check, test, test-slow
#   ./run_local.sh help        this text
#
# Needs Python 3.11 or newer with its own pip and venv, nothing else. PYTHON=… names the one to use; without it an
# environment that works is kept, else the newest found on the PATH is taken. Run it twice: the second run installs
# nothing and stores nothing new.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
unset PYTHONPATH PYTHONHOME # another project's modules must not be found before ours
unset PYTHONDONTWRITEBYTECODE # else each process compiles anew all that it imports
export PYTHONNOUSERSITE=1

venv=.venv
seeds=(seeds/wires seeds/story seeds/pages seeds/feeds seeds/archives seeds/broken)

fail() { # exit code, one line
    printf 'run_local.sh: %s\n' "$2" >&2
    exit "$1"
}

version_of() { # prints 3.12 for a Python that can be used; fails for any other command
    "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2]); sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() { # prints the Python that the environment is made with
    local candidate
    if [ -n "${PYTHON:-}" ]; then
        version_of "$PYTHON" >/dev/null || fail 1 "PYTHON=$PYTHON is not a Python of version 3.11 or newer"
        printf '%s' "$PYTHON"
        return
    fi
    for candidate in python3.13 python3.12 python3.11 python3; do
        if version_of "$candidate" >/dev/null; then
            printf '%s' "$candidate"
            return
        fi
    done
    fail 1 "Python 3.11 or newer is needed and was not found; install it, or name it: PYTHON=/path/to/python3 $0"
}

is_sound() { # the environment works, is of the version asked for, stands where it was made, no installation broke off in it
    local have want
    have=$(version_of $venv/bin/python) || return 1
    if [ -n "${PYTHON:-}" ]; then
        want=$(version_of "$PYTHON") || fail 1 "PYTHON=$PYTHON is not a Python of version 3.11 or newer"
        [ "$have" = "$want" ] || return 1
    fi
    [ ! -e $venv/installing ] && [ "$(cat $venv/made-in 2>/dev/null)" = "$PWD" ] && $venv/bin/python -m pip --version >/dev/null 2>&1
}

install() { # extra: "" or "[test]" or "[lint,test]"; does nothing where the same was installed before
    local python stamp=$venv/installed$1 wanted
    if ! is_sound; then
        python=$(find_python)
        printf 'Making %s with Python %s\n' $venv "$(version_of "$python")"
        rm -rf $venv
        "$python" -m venv $venv || {
            rm -rf $venv
            fail 1 "$python cannot make an environment; its venv module is needed (on Debian: apt install python3-venv)"
        }
        printf '%s' "$PWD" >$venv/made-in
    fi
    wanted="$(version_of $venv/bin/python) $(cat pyproject.toml)"
    [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ] || return 0
    printf 'Installing Newsbeam%s (a minute or two the first time)\n' "$1"
    : >$venv/installing
    # What is imported is compiled then; to compile all that is installed takes a third of the time.
    $venv/bin/python -m pip install -qq --no-compile --disable-pip-version-check --no-input --editable ".$1" ||
        fail 1 "installation failed, see above; run the same command again once it is mended"
    printf '%s' "$wanted" >"$stamp"
    rm $venv/installing
}

ingest() { # output folder, options
    local out=$1
    shift
    $venv/bin/newsbeam ingest "${seeds[@]}" --out "$out" "$@"
}

run_tests() { # options; one process more than cores, for many tests wait: for the disk, for processes that they start
    local processes
    processes=$($venv/bin/python -c 'import os; print(min(os.cpu_count() or 1, 8) + 1)')
    $venv/bin/python -m pytest -q -n "$processes" "$@"
}

poll_demo() { # two rounds, six hours apart by the clock that they are told; the outlets change in between
    local out=out-feeds
    [ ! -e $out/newsbeam.json ] || rm -rf $out
    exec {ready}< <(exec $venv/bin/python seeds/serve.py)
    server=$! # not local: the trap outlives the function
    trap 'kill "$server" 2>/dev/null || true' EXIT
    read -r -u "$ready" || fail 1 "the demo site cannot be served, see above"
    printf '\nFirst round, at six in the morning:\n'
    $venv/bin/newsbeam poll --feeds seeds/feeds.toml --out $out --now 2026-06-01T06:00:00Z "$@"
    printf '\nSecond round, at noon: one feed has changed, one says that it has not, one does not say\n'
    $venv/bin/newsbeam poll --feeds seeds/feeds.toml --out $out --now 2026-06-01T12:00:00Z "$@"
    printf '\nThe tables are in %s/%s.\n' "$PWD" $out
}

test_quick() {
    install '[test]'
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    ingest "$scratch/out"
    run_tests -m 'not slow' --ignore=tests/conformance "$@"
}

test_slow() {
    install '[test]'
    run_tests -m slow --ignore=tests/conformance "$@"
    run_tests tests/conformance "$@"
}

check() {
    install '[lint,test]'
    $venv/bin/python -m ruff check .
    $venv/bin/python -m ruff format --check .
    $venv/bin/python -m mypy
}

case "${1:-}" in
help | -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p;}' "${BASH_SOURCE[0]}" ;;
--feeds)
    [ -n "${2:-}" ] || fail 2 "--feeds needs a feed list, for example: $0 --feeds seeds/feeds.toml"
    install ''
    list=$2
    shift 2
    if [ "$list" -ef seeds/feeds.toml ]; then
        poll_demo "$@"
    else
        $venv/bin/newsbeam poll --feeds "$list" --out out "$@"
    fi
    ;;
'' | -*)
    install ''
    ingest out "$@"
    printf '\nThe tables are in %s/out. Look around: %s/bin/newsbeam --help\n' "$PWD" $venv
    ;;
test)
    shift
    test_quick "$@"
    ;;
check) check ;;
test-slow)
    shift
    test_slow "$@"
    ;;
test-all)
    check
    test_quick
    test_slow
    ;;
*) fail 2 "unknown word '$1'; one of: test, check, test-slow, test-all, help, or nothing" ;;
esac
