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
 * Peer in another process: it prints one JSON object per event and reads one per command, a line each.
 *
 * <p>{@link #close} kills the process. Every failure message includes its standard error.
 */
final class PeerProcess implements AutoCloseable {

    // An unpaired surrogate has no UTF-8 form, so it is escaped.
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

    /** Starts a server of the npm package, which reports that it is ready or why it cannot listen. */
    static PeerProcess npmServer(Path socketFile, Object... options) {
        return node("ipc-server.js", socketFile, options);
    }

    /** Starts a client of the npm package, with delays of 50 ms unless {@code options} override them. */
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

    /** Starts a script with options: alternating names and values. */
    static PeerProcess script(String script, Object... options) {
        return node(script, fields(options));
    }

    private static PeerProcess node(String script, Map<String, Object> options) {
        return new PeerProcess(List.of("node", PEERS.resolve(script).toString(), JSON.writeValueAsString(options)));
    }

    /** Starts an echo peer of the npm package ws: a server, or a client if the option url is set. */
    static PeerProcess npmWebSocket(Object... options) {
        return new PeerProcess(
                List.of("node", PEERS.resolve("ws.js").toString(), JSON.writeValueAsString(fields(options))));
    }

    /** Starts a main class with the Java and class path of this process. */
    static PeerProcess java(Class<?> main, String... arguments) {
        return program(main.getName(), arguments);
    }

    /** Starts a main class by its name, for classes that are not accessible here. */
    static PeerProcess program(String main, String... arguments) {
        return program(List.of(), main, arguments);
    }

    /** Starts a main class with further options of the JVM, such as the size of its heap. */
    static PeerProcess java(List<String> jvmOptions, Class<?> main, String... arguments) {
        return program(jvmOptions, main.getName(), arguments);
    }

    /** Starts a main class in a process that may open only so many file descriptors. */
    static PeerProcess limited(int descriptors, Class<?> main, String... arguments) {
        return behind("ulimit -n " + descriptors, List.of("sh", "-c"), main, arguments);
    }

    /** Starts a main class in a network of its own, after a command has configured this network. */
    static PeerProcess isolated(String configuration, Class<?> main, String... arguments) {
        return behind("ip link set lo up && " + configuration, List.of("unshare", "-rn", "sh", "-c"), main, arguments);
    }

    private static PeerProcess behind(String command, List<String> shell, Class<?> main, String... arguments) {
        List<String> all = new ArrayList<>(shell);
        all.add(command + " && exec \"$0\" \"$@\"");
        all.addAll(command(List.of(), main.getName(), arguments));
        return new PeerProcess(all);
    }

    private static PeerProcess program(List<String> jvmOptions, String main, String... arguments) {
        return new PeerProcess(command(jvmOptions, main, arguments));
    }

    private static List<String> command(List<String> jvmOptions, String main, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.addAll(List.of(
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                main));
        command.addAll(List.of(arguments));
        return command;
    }

    /**
     * Starts a process of {@code open-channel} with its directory in {@code temporary}; an idle process opens no
     * channel.
     */
    static PeerProcess npmChannel(Path temporary, String name, boolean idle) {
        return new PeerProcess(List.of(
                "env",
                "TMPDIR=" + temporary,
                "node",
                PEERS.resolve("channel.js").toString(),
                JSON.writeValueAsString(Map.of("name", name, "idle", idle))));
    }

    /** Sends a command; {@code fields} are alternating names and values. */
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

    /** Returns the next event, which must have the given name. */
    PeerEvent next(String name) {
        PeerEvent event = events.next();
        assertThat(event.name()).as("next event: %s%s", event, describe()).isEqualTo(name);
        return event;
    }

    /** Returns the next event of the given name, skipping others. */
    PeerEvent await(String name) {
        return events.next("event " + name, event -> event.name().equals(name));
    }

    /** Returns the next message of {@code topic}, skipping other events. */
    PeerEvent awaitMessage(String topic) {
        return events.next(
                "message under " + topic, event -> event.name().equals("message") && topic.equals(event.get("topic")));
    }

    /** Returns all events so far of the given name. */
    List<PeerEvent> all(String name) {
        return events.all(event -> event.name().equals(name));
    }

    EventLog<PeerEvent> events() {
        return events;
    }

    long pid() {
        return process.pid();
    }

    /** Kills the process with SIGKILL and waits until it has exited. */
    void kill9() {
        process.destroyForcibly();
        awaitExit();
    }

    /** Suspends the process until {@link #resume}. */
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

    /** Waits until the process exits; returns its exit code. */
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

    /** Returns its standard error so far. */
    String errors() {
        return String.join("\n", errors);
    }

    @Override
    public void close() {
        process.destroyForcibly();
        // Until it exits, the process may create files in a directory that is about to be deleted.
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
