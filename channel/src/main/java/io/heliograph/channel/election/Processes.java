package io.heliograph.channel.election;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Process ids and liveness of the processes of this machine. */
public final class Processes {

    public static final long OWN = ProcessHandle.current().pid();

    private Processes() {}

    /** Returns whether the process runs. A zombie does not. Blocks while it reads a file in {@code /proc}. */
    public static boolean isAlive(long pid) {
        return pid == OWN || (ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false) && !isZombie(pid));
    }

    private static boolean isZombie(long pid) {
        try {
            // The process name, in parentheses, may contain any character; the state follows it.
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"), StandardCharsets.ISO_8859_1);
            int name = stat.lastIndexOf(')');
            return name >= 0 && stat.startsWith(") Z", name);
        } catch (IOException e) {
            return false; // not Linux, or the process has just ended
        }
    }
}
