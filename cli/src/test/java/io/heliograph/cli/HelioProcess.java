package io.heliograph.cli;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs of {@code helio} as processes of their own. */
final class HelioProcess {

    private HelioProcess() {}

    static Process start(String... args) throws IOException {
        return builder(args).start();
    }

    /** Starts {@code helio} with a runtime directory of the user, and the default socket file in it. */
    static Process startIn(Path runtime, String... args) throws IOException {
        ProcessBuilder builder = builder(args);
        builder.command().remove("--no-socket");
        builder.environment().put("XDG_RUNTIME_DIR", runtime.toString());
        return builder.start();
    }

    /** Starts {@code helio} with its standard output in a file. */
    static Process startInto(File output, String... args) throws IOException {
        return builder(args).redirectOutput(output).start();
    }

    private static ProcessBuilder builder(String... args) {
        List<String> command = new ArrayList<>();
        if (System.getProperty("os.name").equals("Linux")) {
            // A process inherits ignored signals: under nohup it would never receive a hangup.
            command.addAll(List.of("env", "--default-signal=HUP"));
        }
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        if (Runtime.version().feature() >= 23) {
            command.add("--sun-misc-unsafe-memory-access=allow");
        }
        command.add("-XX:+UseSerialGC");
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(Helio.class.getName());
        command.addAll(List.of(Program.withoutDefaultSocket(args)));
        return new ProcessBuilder(command);
    }

    static void signal(Process process, String signal) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                .start()
                .waitFor();
    }

    static int exitCode(Process process) throws InterruptedException {
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("still running: " + process.info());
        }
        return process.exitValue();
    }

    static String errorOf(Process process) throws IOException {
        return new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
