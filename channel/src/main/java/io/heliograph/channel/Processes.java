package io.heliograph.channel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What is known of other processes of this machine. May block, for as long as reading a file in {@code /proc}. */
final class Processes {

    static final long OWN = ProcessHandle.current().pid();

    private Processes() {}

    /** Whether it runs; not if it has ended and its parent has not asked for its exit code yet. */
    static boolean isAlive(long pid) {
        return pid == OWN || (ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false) && !isZombie(pid));
    }

    private static boolean isZombie(long pid) {
        try {
            // The name, in parentheses, may hold anything; the state follows it.
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"), StandardCharsets.ISO_8859_1);
            int name = stat.lastIndexOf(')');
            return name >= 0 && stat.startsWith(") Z", name);
        } catch (IOException e) {
            return false; // not Linux, or gone just now
        }
    }
}
