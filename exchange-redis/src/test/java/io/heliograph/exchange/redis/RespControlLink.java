package io.heliograph.exchange.redis;

import io.heliograph.NotConnectedException;
import io.heliograph.testkit.RedisException;
import io.heliograph.testkit.RespConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Link of the control classes by a plain connection of the test kit, which reconnects every 20 ms. */
final class RespControlLink implements ControlLink, AutoCloseable {

    private static final Duration RETRY = Duration.ofMillis(20);

    private volatile int port;
    private final ExecutorService calls = Executors.newSingleThreadExecutor();
    private volatile boolean closed;
    private volatile boolean offline;
    private @Nullable RespConnection commands;
    private volatile @Nullable RespConnection subscription;

    RespControlLink(int port) {
        this.port = port;
    }

    /** Closes the connections, and connects to another server. */
    void moveTo(int port) throws IOException {
        this.port = port;
        disconnect();
    }

    /** Closes the connections, and opens none until {@link #online}. */
    void offline() throws IOException {
        offline = true;
        disconnect();
    }

    void online() {
        offline = false;
    }

    private void disconnect() throws IOException {
        calls.execute(this::drop);
        RespConnection open = subscription;
        if (open != null) {
            open.close();
        }
    }

    private void drop() {
        if (commands != null) {
            try {
                commands.close();
            } catch (IOException ignored) {
                // The connection is unusable.
            }
            commands = null;
        }
    }

    private RespConnection connect() throws IOException {
        if (offline) {
            throw new IOException("offline");
        }
        RespConnection connection = new RespConnection("127.0.0.1", port);
        try {
            connection.command("FUNCTION", "LOAD", FunctionLibrary.current().text());
        } catch (RedisException loaded) {
            if (!String.valueOf(loaded.getMessage()).contains("already exists")) {
                throw loaded;
            }
        }
        return connection;
    }

    @Override
    public CompletableFuture<@Nullable Object> call(String function, List<String> keys, List<String> arguments) {
        CompletableFuture<@Nullable Object> result = new CompletableFuture<>();
        if (closed || calls.isShutdown()) {
            result.completeExceptionally(new NotConnectedException("closed"));
            return result;
        }
        calls.execute(() -> {
            List<String> line =
                    new ArrayList<>(List.of("FCALL", FunctionLibrary.current().function(function), "" + keys.size()));
            line.addAll(keys);
            line.addAll(arguments);
            try {
                if (commands == null) {
                    commands = connect();
                }
                result.complete(commands.command(line.toArray(new String[0])));
            } catch (IOException | RedisException failure) {
                drop();
                result.completeExceptionally(failure);
            }
        });
        return result;
    }

    @Override
    public NotConnectedException notConnected() {
        return new NotConnectedException("Redis at 127.0.0.1:" + port + " is not available");
    }

    @Override
    public void listen(String channel, Consumer<String> message, Runnable connected) {
        Thread.ofVirtual().start(() -> {
            while (!closed) {
                try (RespConnection connection = connect()) {
                    subscription = connection;
                    connection.command("SSUBSCRIBE", channel);
                    connected.run();
                    while (!closed) {
                        if (connection.read() instanceof List<?> push && "smessage".equals(push.get(0))) {
                            message.accept(String.valueOf(push.get(2)));
                        }
                    }
                } catch (IOException | RedisException failure) {
                    LockSupport.parkNanos(RETRY.toNanos());
                }
            }
        });
    }

    @Override
    public void close() throws IOException {
        closed = true;
        disconnect();
        calls.shutdown();
    }
}
