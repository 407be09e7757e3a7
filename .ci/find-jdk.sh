# Finds Java homes. Sourced by ./verify and ./helio. POSIX shell; starts no JVM.

# jdk_version HOME: prints the feature version, such as 25, or nothing without a Java.
jdk_version() {
    [ -x "$1/bin/java" ] || return 0
    if [ -r "$1/release" ]; then
        sed -n 's/^JAVA_VERSION="\(1\.\)\{0,1\}\([0-9]*\).*/\2/p' "$1/release"
    else
        "$1/bin/java" -version 2>&1 | sed -n 's/.* version "\(1\.\)\{0,1\}\([0-9]*\).*/\2/p'
    fi
}

# jdk_homes: prints the homes of installers and version managers, one per line.
jdk_homes() {
    if [ -x /usr/libexec/java_home ]; then
        /usr/libexec/java_home -V 2>&1 | sed -n 's/^.*" \(\/.*\)$/\1/p'
    fi
    for home in \
        /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /usr/local/openjdk* /usr/local/java/* /opt/java/* /opt/jdk* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home \
        /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
        /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
        /home/linuxbrew/.linuxbrew/opt/openjdk*/libexec \
        "${HOME:-/nonexistent}"/Library/Java/JavaVirtualMachines/*/Contents/Home \
        "${SDKMAN_DIR:-${HOME:-/nonexistent}/.sdkman}"/candidates/java/* \
        "${ASDF_DATA_DIR:-${HOME:-/nonexistent}/.asdf}"/installs/java/* \
        "${MISE_DATA_DIR:-${HOME:-/nonexistent}/.local/share/mise}"/installs/java/* \
        "${JABBA_HOME:-${HOME:-/nonexistent}/.jabba}"/jdk/* \
        "${HOME:-/nonexistent}"/.jdks/* "${HOME:-/nonexistent}"/.gradle/jdks/*; do
        if [ -d "$home" ]; then
            printf '%s\n' "$home"
        fi
    done
}

# Prints a home of Java $1 or newer that has bin/$2 (java or javac): JAVA_HOME, else that of java on the PATH, else the
# oldest new enough of those installed, which is the one nearest to what the build is tested with. Prints nothing if
# there is none.
find_jdk() {
    if [ -n "${JAVA_HOME:-}" ] && jdk_fits "$JAVA_HOME" "$1" "$2"; then
        printf '%s\n' "$JAVA_HOME"
        return
    fi
    on_path=$(command -v java || true)
    if [ -n "$on_path" ]; then
        while [ -L "$on_path" ]; do
            link=$(readlink "$on_path")
            case $link in
                /*) on_path=$link ;;
                *) on_path=$(dirname "$on_path")/$link ;;
            esac
        done
        on_path=$(dirname "$(dirname "$on_path")")
        if jdk_fits "$on_path" "$1" "$2"; then
            (cd "$on_path" && pwd -P)
            return
        fi
    fi
    jdk_homes | while IFS= read -r home; do
        if jdk_fits "$home" "$1" "$2"; then
            printf '%s\t%s\n' "$(jdk_version "$home")" "$home"
        fi
    done | sort -n -s | head -n 1 | cut -f 2-
}

jdk_fits() {
    version=$(jdk_version "$1")
    [ -n "$version" ] && [ "$version" -ge "$2" ] && [ -x "$1/bin/$3" ]
}
