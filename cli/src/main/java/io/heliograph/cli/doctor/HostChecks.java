package io.heliograph.cli.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks of the machine and the Java that a hub runs on. */
final class HostChecks {

    /** Oldest version of Java that runs the hub. */
    static final int MIN_JAVA = 21;

    /** Open files besides connections: jars, listening sockets, event loops, logs. */
    static final long OWN_FILES = 240;

    /** A time before the first release: the clock is certainly wrong. */
    static final Instant EARLIEST = Instant.parse("2026-01-01T00:00:00Z");

    private static final Pattern OPEN_FILES = Pattern.compile("(?m)^Max open files\\s+(\\S+)\\s+(\\S+)");

    private final Path proc;

    /** @param proc file system with the state of the kernel, {@code /proc} */
    HostChecks(Path proc) {
        this.proc = proc;
    }

    Finding java(int version, String name) {
        return version < MIN_JAVA
                ? Finding.fail(
                        "java",
                        "Java " + name + " (expected: " + MIN_JAVA + " or newer)",
                        "install Java 25, or use the archive, which contains it")
                : Finding.ok("java", "Java " + name);
    }

    /** @param failure reason why the native transport cannot be used; empty if it is in use */
    Finding transport(String failure) {
        return failure.isEmpty()
                ? Finding.ok("transport", "transport epoll (native)")
                : Finding.warn(
                        "transport",
                        "transport NIO: " + failure,
                        "use Linux or macOS on x86_64 or aarch64 with the native library of Netty; NIO gives no process id of IPC clients");
    }

    Finding clock(Instant now) {
        return now.isBefore(EARLIEST)
                ? Finding.fail(
                        "clock",
                        "clock: " + now + ", before the release of this program",
                        "start a time service such as systemd-timesyncd; tokens and certificates depend on the clock")
                : Finding.ok("clock", "clock " + now);
    }

    Finding openFiles(long maxConnections) {
        String limits = read("self/limits");
        Matcher found = OPEN_FILES.matcher(limits);
        if (!found.find()) {
            return Finding.warn("files", "open files: the limit is unknown", "check 'ulimit -n'");
        }
        long needed = maxConnections + OWN_FILES;
        String soft = found.group(1);
        if (soft.equals("unlimited") || Long.parseLong(soft) >= needed) {
            return Finding.ok("files", "open files: limit " + soft);
        }
        return Finding.warn(
                "files",
                "open files: limit " + soft + " (hard limit " + found.group(2) + "); limits.max-connections "
                        + maxConnections + " needs about " + needed,
                "ulimit -n " + needed + ", or LimitNOFILE=" + needed + " in the unit");
    }

    /** Checks what the hand-over of a port to a new process needs. */
    Finding migration() {
        return read("sys/net/ipv4/tcp_migrate_req").strip().equals("1")
                ? Finding.ok("migration", "net.ipv4.tcp_migrate_req 1")
                : Finding.warn(
                        "migration",
                        "net.ipv4.tcp_migrate_req is not 1: with reuse-port, a restart can reset connections that are not accepted yet",
                        "sysctl -w net.ipv4.tcp_migrate_req=1");
    }

    private String read(String file) {
        try {
            return Files.readString(proc.resolve(file));
        } catch (IOException absent) {
            return "";
        }
    }
}
