# Sourced by ./verify. find_browser: finds a Chromium with its driver for the tests of the page; installs the packages of Debian if
# that needs no password; fails otherwise.
find_browser() {
    if [ -x /usr/bin/chromium ] && [ -x /usr/bin/chromedriver ]; then
        return 0
    fi
    local root=
    if [ "$(id -u)" -ne 0 ]; then
        root="sudo -n"
    fi
    if command -v apt-get > /dev/null && { [ -z "$root" ] || $root true 2> /dev/null; }; then
        echo "verify: installing the packages chromium and chromium-driver"
        mkdir -p target
        {
            $root apt-get update -qq &&
                DEBIAN_FRONTEND=noninteractive $root apt-get install -y -qq --no-install-recommends chromium chromium-driver
        } > target/browser.log 2>&1 < /dev/null || true
    fi
    [ -x /usr/bin/chromium ] && [ -x /usr/bin/chromedriver ]
}
