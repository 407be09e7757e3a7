package io.heliograph.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A measured process; it is never left behind. */
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
        // A driver that is killed takes its children along.
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    }

    /**
     * ManagedBlocking until it says "ready".
     *
     * @return the number after that, or 0
     */
    int awaitReady() throws IOException {
        String line = output.readLine();
        if (line == null || !line.matches("ready( [0-9]{1,9})?")) {
            throw new IOException(name + " did not become ready but said: " + line);
        }
        return line.equals("ready") ? 0 : Integer.parseInt(line.substring(6));
    }

    /** Asks a server for something by a line, and returns the numbers it answers, up to a line "done". */
    Map<String, Long> ask(String question) throws IOException {
        process.outputWriter().append(question).append('\n').flush();
        Map<String, Long> results = new HashMap<>();
        for (String line; (line = output.readLine()) != null; ) {
            if (line.equals("done")) {
                return results;
            }
            read(line, results);
        }
        throw new IOException(name + " ended instead of answering " + question);
    }

    private static void read(String line, Map<String, Long> results) {
        String[] parts = line.split(" ", -1);
        if (parts.length == 2 && parts[1].matches("[0-9]+")) {
            results.put(parts[0], Long.valueOf(parts[1]));
        } else {
            System.err.println(line);
        }
    }

    /** The next line, which is a number by this name. */
    long awaitNumber(String expected) throws IOException {
        String line = output.readLine();
        if (line == null || !line.matches(expected + " [0-9]+")) {
            throw new IOException(name + " did not tell its " + expected + " but said: " + line);
        }
        return Long.parseLong(line.substring(expected.length() + 1));
    }

    /** Ends a server by ending its input; then as {@link #results}. */
    Map<String, Long> end() throws IOException, InterruptedException {
        process.outputWriter().close();
        return results(END_LIMIT);
    }

    /** ManagedBlocking for the process to end by itself, and returns what it printed. */
    Map<String, Long> results(Duration limit) throws IOException, InterruptedException {
        Thread guard = Thread.ofVirtual().start(() -> {
            try {
                if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                // It has ended.
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
