package io.heliograph.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Process that keeps all cores awake: one spinning thread per core, of the lowest priority ({@code nice -n 19}). Waking up an idle core
 * takes tens of microseconds on many virtual machines; other work on a server prevents that.
 */
final class AwakeCores implements AutoCloseable {

    private final Process process;

    private AwakeCores(Process process) {
        this.process = process;
    }

    static AwakeCores start() throws IOException {
        return new AwakeCores(new ProcessBuilder(List.of(
                        "nice",
                        "-n",
                        "19",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        AwakeCores.class.getName()))
                .inheritIO()
                .redirectInput(ProcessBuilder.Redirect.PIPE)
                .start());
    }

    /** Spins until the standard input ends, which it does when the parent process exits. */
    public static void main(String[] args) throws IOException {
        for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
            Thread.ofPlatform().daemon().start(AwakeCores::spin);
        }
        while (System.in.read() >= 0) {
            // The parent process writes nothing.
        }
        System.exit(0);
    }

    private static void spin() {
        while (true) {
            Thread.onSpinWait();
        }
    }

    @Override
    public void close() {
        process.destroy();
    }
}
