# Prepares what is measured. Sourced by bench/ipc and bench/jmh, with the root of the repository as current directory.

# Ends with status 2 and what to do.
stop() {
    echo "$me: $*" >&2
    exit 2
}

# Sets java and class_path, after building whatever has changed.
set_up_java() {
    . .ci/find-jdk.sh
    JAVA_HOME=$(find_jdk 25 javac)
    [ -n "$JAVA_HOME" ] || stop "no JDK 25 or newer found. Install one, or point JAVA_HOME at it."
    export JAVA_HOME
    java=$JAVA_HOME/bin/java
    class_path=bench/target/classes:bench/target/lib/*

    local built=bench/target/built
    if [ ! -e $built ] || [ -n "$(find pom.xml ./*/pom.xml ./*/src/main -newer $built -print -quit)" ]; then
        command -v mvn > /dev/null || stop "no 'mvn' found. Install Maven 3.8.7 or newer."
        echo "$me: building (the log is bench/target/build.log)" >&2
        rm -rf bench/target/lib
        mkdir -p bench/target
        if ! mvn -B -ntp -pl bench -am -DskipTests -Dmaven.javadoc.skip=true -Dspotless.check.skip=true package < /dev/null > bench/target/build.log 2>&1; then
            grep '^\[ERROR\]' bench/target/build.log | head -n 20 >&2
            echo "$me: the build failed; everything is in bench/target/build.log" >&2
            exit 1
        fi
        touch $built
    fi
}

# Installs the npm package that is measured, as the lock file says. Without node there is nothing to do.
set_up_node() {
    command -v node > /dev/null || return 0
    local installed=bench/peers/node_modules/.package-lock.json
    if [ ! -e $installed ] || [ bench/peers/package-lock.json -nt $installed ]; then
        command -v npm > /dev/null || stop "no 'npm' found. Install it along with Node.js."
        echo "$me: installing the npm package" >&2
        (cd bench/peers && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2) ||
            stop "npm could not install bench/peers"
    fi
}
