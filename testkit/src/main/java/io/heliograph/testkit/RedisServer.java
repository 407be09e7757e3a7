package io.heliograph.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.heliograph.Address;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Process {@code redis-server} (7.0 or newer, from {@code PATH}) on a free loopback port, with its files in a folder of the test.
 *
 * <p>Without options it persists nothing: after {@link #kill} and {@link #restart} it is empty. Every method blocks until its effect is
 * visible to clients, at most {@link Await#TIMEOUT}. A process that a test forgets to close ends with the JVM. Not thread-safe, except
 * {@link #command}.
 */
public final class RedisServer implements AutoCloseable {

    private static final String HOST = "127.0.0.1";
    private static final int ATTEMPTS = 5;

    /** Port without a listener: a replica of it keeps its data and receives nothing. */
    private static final String NOWHERE = "1";

    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroyForcibly)));
    }

    private final Path folder;
    private final int port;
    private final int busPort;
    private final List<String> options;
    private @Nullable Process process;

    private RedisServer(Path folder, int port, int busPort, List<String> options) {
        this.folder = folder;
        this.port = port;
        this.busPort = busPort;
        this.options = options;
    }

    /**
     * Starts a server.
     *
     * @param folder parent of a new folder for the files of the server
     * @param options names and values of the configuration, such as {@code "appendonly", "yes"}
     * @throws IOException if {@code redis-server} is missing or ends; the message contains its log
     */
    public static RedisServer start(Path folder, String... options) throws IOException {
        if (options.length % 2 != 0) {
            throw new IllegalArgumentException(
                    "options: " + List.of(options) + " (expected: names, each with a value)");
        }
        for (int attempt = 1; ; attempt++) {
            RedisServer server;
            try (ServerSocket clients = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                    ServerSocket bus = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                Path files = Files.createTempDirectory(folder, "redis");
                server = new RedisServer(files, clients.getLocalPort(), bus.getLocalPort(), List.of(options));
            }
            try {
                server.restart();
                return server;
            } catch (IOException failed) {
                // Another process may have taken the port in the meantime.
                if (attempt == ATTEMPTS || !String.valueOf(failed.getMessage()).contains("Address already in use")) {
                    throw failed;
                }
            }
        }
    }

    /** Returns the port for clients; the same after each restart. */
    public int port() {
        return port;
    }

    /** Returns the port of the cluster bus, used if the option {@code cluster-enabled} is {@code yes}. */
    int busPort() {
        return busPort;
    }

    /** Returns the address for clients. */
    public Address.Tcp address() {
        return new Address.Tcp(HOST, port);
    }

    /** Returns the address as {@code redis://127.0.0.1:port}. */
    public String uri() {
        return "redis://" + HOST + ":" + port;
    }

    /** Returns the log of the server since its first start. */
    public String log() throws IOException {
        Path log = folder.resolve("redis.log");
        return Files.exists(log) ? Files.readString(log) : "";
    }

    /** Opens a connection. */
    public RespConnection connect() throws IOException {
        return new RespConnection(HOST, port);
    }

    /** Executes a command on a connection of its own. See {@link RespConnection#command}. */
    public @Nullable Object command(String... words) throws IOException {
        try (RespConnection connection = connect()) {
            return connection.command(words);
        }
    }

    /** Ends the process if it runs, with {@code SIGKILL}, and starts it on the same port with the same files. */
    public void restart() throws IOException {
        kill();
        List<String> line = new ArrayList<>(List.of("redis-server"));
        line.addAll(List.of("--port", String.valueOf(port), "--bind", HOST, "--dir", folder.toString()));
        line.addAll(List.of("--logfile", "redis.log", "--save", "", "--cluster-port", String.valueOf(busPort)));
        line.addAll(List.of("--repl-diskless-sync-delay", "0")); // 5 s by default
        for (int i = 0; i < options.size(); i += 2) {
            line.add("--" + options.get(i));
            line.add(options.get(i + 1));
        }
        Process started;
        try {
            started = new ProcessBuilder(line)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("output").toFile())
                    .start();
        } catch (IOException missing) {
            throw new IOException("redis-server does not start. Install Debian's package redis-server.", missing);
        }
        process = started;
        RUNNING.add(started);
        await("ready", () -> {
            if (!started.isAlive()) {
                return true;
            }
            try {
                return "PONG".equals(command("PING"));
            } catch (IOException | RedisException notYet) {
                return false;
            }
        });
        if (!started.isAlive()) {
            RUNNING.remove(started);
            throw new IOException("redis-server ended with " + started.exitValue() + ": "
                    + Files.readString(folder.resolve("output"), UTF_8) + log());
        }
    }

    /** Ends the process with {@code SIGKILL}, also while it is paused. No effect if it does not run. */
    public void kill() {
        end(Process::destroyForcibly);
    }

    /** Ends the process with {@code SIGTERM}: it writes its files first. No effect if it does not run. */
    public void stop() {
        end(Process::destroy);
    }

    private void end(Consumer<Process> signal) {
        Process running = process;
        if (running == null) {
            return;
        }
        signal.accept(running);
        try {
            if (!running.waitFor(Await.TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("redis-server did not end within " + Await.TIMEOUT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for redis-server", e);
        }
        RUNNING.remove(running);
        process = null;
    }

    /** Stops the process with {@code SIGSTOP}: its connections stay open, it answers nothing. */
    public void pause() throws IOException {
        signal("STOP");
    }

    /** Continues the process after {@link #pause}. */
    public void resume() throws IOException {
        signal("CONT");
    }

    private void signal(String name) throws IOException {
        Process running = process;
        if (running == null) {
            throw new IllegalStateException(
                    "redis-server does not run (expected: a running process for SIG" + name + ")");
        }
        Process kill = new ProcessBuilder("sh", "-c", "kill -" + name + " " + running.pid()).start();
        try {
            if (!kill.waitFor(Await.TIMEOUT.toMillis(), TimeUnit.MILLISECONDS) || kill.exitValue() != 0) {
                throw new IOException("kill -" + name + " failed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for kill", e);
        }
    }

    /** Makes this server a replica, and waits until it has the data of the master. */
    public void replicate(RedisServer master) throws IOException {
        command("REPLICAOF", HOST, String.valueOf(master.port));
        awaitReplication();
    }

    /** Waits until the replica is connected to its master. */
    void awaitReplication() {
        await("a connected replica", () -> info("replication").contains("master_link_status:up"));
    }

    /** Disconnects this replica from its master. It remains a replica and keeps its data, without later writes of the master. */
    public void detach() throws IOException {
        command("REPLICAOF", HOST, NOWHERE);
        await("a detached replica", () -> info("replication").contains("master_link_status:down"));
    }

    /** Makes this replica a master. */
    public void promote() throws IOException {
        command("REPLICAOF", "NO", "ONE");
    }

    /** Closes the connections of a type: {@code normal}, {@code pubsub} or {@code replica}. Returns their number. */
    public int killClients(String type) throws IOException {
        Object killed = command("CLIENT", "KILL", "TYPE", type);
        return killed instanceof Long number ? number.intValue() : 0;
    }

    /** Deletes all function libraries. */
    public void flushFunctions() throws IOException {
        command("FUNCTION", "FLUSH", "SYNC");
    }

    private String info(String section) {
        try {
            return String.valueOf(command("INFO", section));
        } catch (IOException | RedisException notYet) {
            return "";
        }
    }

    static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + Await.TIMEOUT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("redis-server: not " + what + " within " + Await.TIMEOUT);
            }
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
    }

    /** Kills the process. The caller deletes the folder. */
    @Override
    public void close() {
        kill();
    }
}
