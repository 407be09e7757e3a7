package io.heliograph.interop;

import io.heliograph.socket.Socket;
import io.heliograph.socket.SocketClient;
import io.heliograph.socket.SocketServer;
import io.heliograph.testkit.EventLog;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Java sockets and their peers for one test, with received values as strings. */
final class Typed implements AfterEachCallback {

    static final String HOST = "127.0.0.1";

    final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private final BlockingQueue<Socket> sockets = new LinkedBlockingQueue<>();
    private final List<AutoCloseable> open = new ArrayList<>();

    /** Starts a server, whose connections {@link #accepted()} returns. */
    SocketServer listening(SocketServer.Builder options) {
        SocketServer server = options.build();
        open.add(server);
        server.onConnection(socket -> {
            follow(socket);
            sockets.add(socket);
        });
        server.onError(error -> received.add("error " + error.getMessage()));
        server.listen()
                .orTimeout(EventLog.DEADLINE.toSeconds(), TimeUnit.SECONDS)
                .join();
        return server;
    }

    /** Returns the next connection of a server. */
    Socket accepted() {
        return taken(sockets);
    }

    /** Connects a client. */
    SocketClient connected(SocketClient.Builder options) {
        SocketClient client = options.build();
        open.add(client);
        follow(client);
        client.connect()
                .orTimeout(EventLog.DEADLINE.toSeconds(), TimeUnit.SECONDS)
                .join();
        return client;
    }

    private void follow(Socket socket) {
        socket.onData(value -> received.add(shown(value)));
        socket.onDisconnect(reason -> received.add("close"));
    }

    /** Ends a process with the test. */
    PeerProcess keep(PeerProcess peer) {
        open.add(peer);
        return peer;
    }

    /** Returns the next received value. */
    String next() {
        return taken(received);
    }

    private static <T> T taken(BlockingQueue<T> queue) {
        try {
            T next = queue.poll(EventLog.DEADLINE.toSeconds(), TimeUnit.SECONDS);
            if (next == null) {
                throw new AssertionError("nothing received within " + EventLog.DEADLINE);
            }
            return next;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    static String shown(@Nullable Object value) {
        return switch (value) {
            case int[] array -> Arrays.toString(array);
            case long[] array -> Arrays.toString(array);
            case double[] array -> Arrays.toString(array);
            case null, default -> String.valueOf(value);
        };
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }
}
