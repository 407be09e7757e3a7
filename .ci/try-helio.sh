#!/usr/bin/env bash
# Tests ./helio as a whole: build, start, exit codes, signals, pipes. Exits with 1 at the first failure.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
helio=$PWD/helio
scratch=$(mktemp -d /tmp/helio.XXXXXX)
server=
trap '[ -z "$server" ] || kill "$server" 2> /dev/null || true; rm -rf "$scratch"' EXIT

fail() {
    echo "helio: $*" >&2
    exit 1
}

# expect CODE COMMAND...: runs the command, with its output in the files out and err.
expect() {
    local wanted=$1 code=0
    shift
    "$@" > "$scratch/out" 2> "$scratch/err" < /dev/null || code=$?
    [ "$code" -eq "$wanted" ] || fail "'$*' exited with $code (expected: $wanted): $(cat "$scratch/out" "$scratch/err")"
}

quiet() {
    [ ! -s "$scratch/err" ] || fail "$1 said: $(cat "$scratch/err")"
}

# wait_for FILE: waits until the file exists.
wait_for() {
    for _ in $(seq 200); do
        [ ! -e "$1" ] || return 0
        sleep 0.05
    done
    fail "$1 does not exist: $(cat "$scratch"/listen.*)"
}

echo "   build and start"
expect 0 "$helio" --version
expect 0 "$helio" --version
quiet "the second start"
grep -q '^helio ' "$scratch/out" || fail "--version said: $(cat "$scratch/out")"

echo "   another directory, links, names with spaces"
mkdir "$scratch/a directory"
ln -s "$helio" "$scratch/a directory/the helio"
ln -s "a directory/the helio" "$scratch/linked"
(cd / && expect 0 "$scratch/linked" --version && quiet "a start through links")

echo "   exit codes"
expect 2 "$helio" ipc lisen
expect 1 "$helio" ipc send "$scratch/s" a 1
[ "$(wc -l < "$scratch/err")" -eq 1 ] || fail "more than one line: $(cat "$scratch/err")"

echo "   a server, a message, a signal"
"$helio" ipc listen "$scratch/s" --echo > "$scratch/listen.out" 2> "$scratch/listen.err" < /dev/null &
server=$!
wait_for "$scratch/s"
expect 0 env LC_ALL=C "$helio" ipc send "$scratch/s" hello '{"n": 1.50, "ö": "😀"}' --wait hello
[ "$(sed 's/"time":"[^"]*",//' "$scratch/out")" = '{"event":"message","topic":"hello","message":{"n": 1.50, "ö": "😀"}}' ] ||
    fail "the answer was: $(cat "$scratch/out")"
quiet "send"
kill -TERM "$server"
code=0
wait "$server" || code=$?
server=
[ "$code" -eq 0 ] || fail "listen ended with $code after SIGTERM"
[ ! -e "$scratch/s" ] || fail "the socket file is still there"
[ ! -s "$scratch/listen.err" ] || fail "listen said: $(cat "$scratch/listen.err")"

echo "   a hub, its page, and its clients"
"$helio" serve --demo --port 0 --socket "$scratch/hub" > "$scratch/listen.out" 2> "$scratch/listen.err" < /dev/null &
server=$!
for _ in $(seq 200); do
    ! grep -q '"event":"page"' "$scratch/listen.out" || break
    sleep 0.05
done
url=$(sed -n '1s/.*"event":"listening",.*"url":"\([^"]*\)".*/\1/p' "$scratch/listen.out")
[ -n "$url" ] || fail "serve said: $(cat "$scratch"/listen.*)"
expect 0 "$helio" invoke "$url" sum '{"a":1,"b":2}'
[ "$(cat "$scratch/out")" = '{"data":3}' ] || fail "the sum was: $(cat "$scratch/out")"
quiet "invoke"
expect 1 "$helio" invoke "$url" fail
[ "$(cat "$scratch/err")" = 'helio: DemoError: demo failure' ] || fail "the failure was: $(cat "$scratch/err")"
expect 0 "$helio" call "unix:$scratch/hub" sum '[1,2]'
[ "$(cat "$scratch/out")" = '{"data":3}' ] || fail "the sum over the Unix socket was: $(cat "$scratch/out")"
expect 0 "$helio" sub "$url" ticks --count 1
grep -q '{"event":"message","time":"[^"]*","channel":"ticks","data":' "$scratch/out" || fail "sub said: $(cat "$scratch/out")"
kill -TERM "$server"
code=0
wait "$server" || code=$?
server=
[ "$code" -eq 0 ] || fail "serve ended with $code after SIGTERM"
[ ! -s "$scratch/listen.err" ] || fail "serve said: $(cat "$scratch/listen.err")"

echo "   a broken pipe"
"$helio" ipc listen "$scratch/t" < /dev/null 2> "$scratch/listen.err" | head -n 1 > "$scratch/listen.out" &
pipe=$!
wait_for "$scratch/t"
"$helio" ipc send "$scratch/t" a 1 > /dev/null 2>&1 || true
wait "$pipe" || fail "listen | head failed: $(cat "$scratch/listen.err")"

# A corrupt cache, and a Java that no longer exists.
dist=cli/target/helio
if [ -f "$dist/helio.aot" ]; then
    echo "   a corrupt cache"
    cp "$dist/helio.aot" "$scratch/kept.aot"
    head -c 100000 "$scratch/kept.aot" > "$dist/helio.aot"
    expect 0 "$helio" --version
    quiet "a start with a corrupt cache"
    cp "$scratch/kept.aot" "$dist/helio.aot"
fi
echo "   another Java"
echo /nowhere > "$dist/java"
expect 0 "$helio" --version
quiet "a start after Java has moved"

TIMEFORMAT=%3R
best=$(for _ in 1 2 3 4 5; do { time "$helio" --version > /dev/null; } 2>&1; done | sort -n | head -n 1)
echo "   helio --version takes $best s"
