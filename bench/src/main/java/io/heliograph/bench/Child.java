package io.heliograph.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Measured process, destroyed by {@link #close} and at the end of this process. */
final class Child implements AutoCloseable {

    private static final Duration END_LIMIT = Duration.ofSeconds(30);

    private final String name;
    private final Process process;
    private final BufferedReader output;

    Child(String name, List<String> command) throws IOException {
        this.name = name;
        this.process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        this.output = process.inputReader();
        // Destroys the process if this process is killed.
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    }

    /**
     * Waits for the line "ready" of the process.
     *
     * @return the number after "ready", or 0
     */
    int awaitReady() throws IOException {
        String line = output.readLine();
        if (line == null || !line.matches("ready( [0-9]{1,9})?")) {
            throw new IOException(name + ": '" + line + "' (expected: ready)");
        }
        return line.equals("ready") ? 0 : Integer.parseInt(line.substring(6));
    }

    /** Sends a line to the process and returns the numbers of its answer, up to the line "done". */
    Map<String, Long> ask(String question) throws IOException {
        process.outputWriter().append(question).append('\n').flush();
        Map<String, Long> results = new HashMap<>();
        for (String line; (line = output.readLine()) != null; ) {
            if (line.equals("done")) {
                return results;
            }
            read(line, results);
        }
        throw new IOException(name + " exited before it answered '" + question + "'");
    }

    private static void read(String line, Map<String, Long> results) {
        String[] parts = line.split(" ", -1);
        if (parts.length == 2 && parts[1].matches("[0-9]+")) {
            results.put(parts[0], Long.valueOf(parts[1]));
        } else {
            System.err.println(line);
        }
    }

    /** Reads the next line: a name and a number. */
    long awaitNumber(String expected) throws IOException {
        String line = output.readLine();
        if (line == null || !line.matches(expected + " [0-9]+")) {
            throw new IOException(name + ": '" + line + "' (expected: " + expected + " and a number)");
        }
        return Long.parseLong(line.substring(expected.length() + 1));
    }

    /** Closes the input of the process, which makes a server exit; then as {@link #results}. */
    Map<String, Long> end() throws IOException, InterruptedException {
        process.outputWriter().close();
        return results(END_LIMIT);
    }

    /** Waits until the process exits, at most {@code limit}, and returns its results. */
    Map<String, Long> results(Duration limit) throws IOException, InterruptedException {
        Thread guard = Thread.ofVirtual().start(() -> {
            try {
                if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                // The process has exited.
            }
        });
        Map<String, Long> results = new HashMap<>();
        try {
            for (String line; (line = output.readLine()) != null; ) {
                read(line, results);
            }
            int exit = process.waitFor();
            if (exit != 0) {
                throw new IOException(name + " failed with exit code " + exit);
            }
        } finally {
            guard.interrupt();
        }
        return results;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
