package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.testkit.EventLog;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * A peer in a process of its own: it prints one JSON object a line for each event and reads one for each command.
 *
 * <p>Closing kills it. What it wrote to standard error is part of the message of every failure.
 */
final class PeerProcess implements AutoCloseable {

    // A lone surrogate has no UTF-8; escaped it passes.
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
    private static final Path PEERS = Path.of("peers").toAbsolutePath();
    private static final TypeReference<Map<String, @Nullable Object>> FIELDS = new TypeReference<>() {};

    private final Process process;
    private final List<String> errors = new CopyOnWriteArrayList<>();
    private final EventLog<PeerEvent> events = new EventLog<>(this::describe);
    private final Thread errorReader;

    private PeerProcess(List<String> command) {
        try {
            this.process = new ProcessBuilder(command).start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + command, e);
        }
        Thread.ofVirtual().start(this::readEvents);
        this.errorReader = Thread.ofVirtual().start(this::readErrors);
    }

    /** A server of the npm package, which will say that it is ready or why it cannot listen. */
    static PeerProcess npmServer(Path socketFile, Object... options) {
        return node("ipc-server.js", socketFile, options);
    }

    /** A client of the npm package, with delays of 50 ms unless the options say otherwise. */
    static PeerProcess npmClient(Path socketFile, Object... options) {
        return node("ipc-client.js", socketFile, options);
    }

    private static PeerProcess node(String script, Path socketFile, Object... options) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("socketFile", socketFile.toString());
        all.put("retryDelay", 50);
        all.put("reconnectDelay", 50);
        all.putAll(fields(options));
        return node(script, all);
    }

    /** A script with options: names and values in turn. */
    static PeerProcess script(String script, Object... options) {
        return node(script, fields(options));
    }

    private static PeerProcess node(String script, Map<String, Object> options) {
        return new PeerProcess(List.of("node", PEERS.resolve(script).toString(), JSON.writeValueAsString(options)));
    }

    /** A WebSocket of the npm package ws that echoes: a server, or with the option url a client. */
    static PeerProcess npmWebSocket(Object... options) {
        return new PeerProcess(
                List.of("node", PEERS.resolve("ws.js").toString(), JSON.writeValueAsString(fields(options))));
    }

    /** A program of our own on this machine's Java and class path. */
    static PeerProcess java(Class<?> main, String... arguments) {
        return program(main.getName(), arguments);
    }

    /** The same, by the name of a class that cannot be named here. */
    static PeerProcess program(String main, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                main));
        command.addAll(List.of(arguments));
        return new PeerProcess(command);
    }

    /** A process of {@code open-channel}, with its directory in {@code temporary}; an idle one opens no channel. */
    static PeerProcess npmChannel(Path temporary, String name, boolean idle) {
        return new PeerProcess(List.of(
                "env",
                "TMPDIR=" + temporary,
                "node",
                PEERS.resolve("channel.js").toString(),
                JSON.writeValueAsString(Map.of("name", name, "idle", idle))));
    }

    /** Gives a command; {@code fields} are names and values in turn. */
    void command(String name, Object... fields) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("command", name);
        line.putAll(fields(fields));
        try {
            OutputStream input = process.getOutputStream();
            input.write((JSON.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8));
            input.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot command " + line + describe(), e);
        }
    }

    /** The next event, which must be called {@code name}. */
    PeerEvent next(String name) {
        PeerEvent event = events.next();
        assertThat(event.name()).as("next event: %s%s", event, describe()).isEqualTo(name);
        return event;
    }

    /** The next event called {@code name}, passing over others. */
    PeerEvent await(String name) {
        return events.next("event " + name, event -> event.name().equals(name));
    }

    /** The next message under {@code topic}, passing over other events. */
    PeerEvent awaitMessage(String topic) {
        return events.next(
                "message under " + topic, event -> event.name().equals("message") && topic.equals(event.get("topic")));
    }

    /** All events called {@code name} so far. */
    List<PeerEvent> all(String name) {
        return events.all(event -> event.name().equals(name));
    }

    EventLog<PeerEvent> events() {
        return events;
    }

    long pid() {
        return process.pid();
    }

    /** Kills the process with SIGKILL and waits for its exit. */
    void kill9() {
        process.destroyForcibly();
        awaitExit();
    }

    /** Stops it from running, so that it reads and writes nothing, until {@link #resume}. */
    void suspend() {
        signal("STOP");
    }

    void resume() {
        signal("CONT");
    }

    private void signal(String signal) {
        try {
            Process kill = new ProcessBuilder("sh", "-c", "kill -" + signal + " " + process.pid())
                    .inheritIO()
                    .start();
            assertThat(kill.waitFor()).as("exit code of kill -%s", signal).isZero();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Waits for the exit and returns the exit code. */
    int awaitExit() {
        try {
            if (!process.waitFor(EventLog.DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("still running" + describe());
            }
            errorReader.join();
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Returns the output to standard error. */
    String errors() {
        return String.join("\n", errors);
    }

    @Override
    public void close() {
        process.destroyForcibly();
        // Until then it may make files in a folder that is about to be removed.
        process.onExit()
                .orTimeout(EventLog.DEADLINE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    private void readEvents() {
        try (BufferedReader lines = reader(process.getInputStream())) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Map<String, @Nullable Object> fields = JSON.readValue(line, FIELDS);
                events.add(new PeerEvent((String) fields.get("event"), fields, line));
            }
        } catch (IOException e) {
            errors.add("[standard output ended: " + e + "]");
        } finally {
            events.end();
        }
    }

    private void readErrors() {
        try (BufferedReader lines = reader(process.getErrorStream())) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                errors.add(line);
            }
        } catch (IOException e) {
            errors.add("[standard error ended: " + e + "]");
        }
    }

    private static BufferedReader reader(InputStream stream) {
        return new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
    }

    private static Map<String, Object> fields(Object... namesAndValues) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return fields;
    }

    private String describe() {
        return "\npeer "
                + process.pid()
                + (process.isAlive() ? ", running" : ", exit code " + process.exitValue())
                + ", standard error:\n"
                + errors();
    }
}
