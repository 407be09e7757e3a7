# Sourced by ./verify. find_programs PROGRAM=PACKAGE...: finds programs that tests need, which the packages of Debian have; installs
# what is missing if that needs no password; fails otherwise, with the missing packages in $missing.
find_programs() {
    missing_packages "$@"
    if [ -z "$missing" ]; then
        return 0
    fi
    local root=
    if [ "$(id -u)" -ne 0 ]; then
        root="sudo -n"
    fi
    if command -v apt-get > /dev/null && { [ -z "$root" ] || $root true 2> /dev/null; }; then
        echo "verify: installing the packages$missing"
        mkdir -p target
        {
            # shellcheck disable=SC2086 # a list of packages
            $root apt-get update -qq &&
                DEBIAN_FRONTEND=noninteractive $root apt-get install -y -qq --no-install-recommends $missing
        } > target/packages.log 2>&1 < /dev/null || true
    fi
    missing_packages "$@"
    [ -z "$missing" ]
}

# missing_packages PROGRAM=PACKAGE...: sets $missing to the packages of the programs that do not exist.
missing_packages() {
    missing=
    local each
    for each in "$@"; do
        [ -x "${each%%=*}" ] || missing="$missing ${each#*=}"
    done
}
