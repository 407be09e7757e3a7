# Prepares what is measured. Sourced by the other scripts, with the root of the repository as current directory.

# Ends with status 2 and what to do.
stop() {
    echo "$me: $*" >&2
    exit 2
}

# Sets java and class_path, after building whatever has changed. For bench, or for the tests of the module that is given.
set_up_java() {
    local module=${1:-bench} classes=classes
    [ $module = bench ] || classes=test-classes
    . .ci/find-jdk.sh
    JAVA_HOME=$(find_jdk 25 javac)
    [ -n "$JAVA_HOME" ] || stop "no JDK 25 or newer found. Install one, or point JAVA_HOME at it."
    export JAVA_HOME
    java=$JAVA_HOME/bin/java
    class_path=$module/target/$classes:$module/target/lib/*

    local built=$module/target/built
    if [ ! -e $built ] || [ -n "$(find pom.xml ./*/pom.xml ./*/src/main $module/src -newer $built -print -quit)" ]; then
        command -v mvn > /dev/null || stop "no 'mvn' found. Install Maven 3.8.7 or newer."
        local log=$module/target/build.log
        echo "$me: building (the log is $log)" >&2
        rm -rf $module/target/lib
        mkdir -p $module/target
        if ! mvn -B -ntp -pl $module -am -DskipTests -Dmaven.javadoc.skip=true -Dspotless.check.skip=true package < /dev/null > $log 2>&1; then
            grep '^\[ERROR\]' $log | head -n 20 >&2
            echo "$me: the build failed; everything is in $log" >&2
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
