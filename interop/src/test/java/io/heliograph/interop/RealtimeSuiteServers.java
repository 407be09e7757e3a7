package io.heliograph.interop;

import io.heliograph.codec.TypeRef;
import io.heliograph.realtime.RealtimeClient;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.RealtimeServer;
import io.heliograph.realtime.RealtimeSocket;
import io.heliograph.realtime.Request;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;

/**
 * Our servers in place of those that the tests of socketcluster-client start. The test process requests servers by its
 * events, and receives the events of its own server.
 */
final class RealtimeSuiteServers implements AutoCloseable {

    private static final long FIVE_THOUSAND_YEARS = 60L * 60 * 24 * 366 * 5000;
    private static final Set<String> USERS = Set.of("bob", "kate", "alice");
    private static final TypeRef<Map<String, Object>> MAP = new TypeRef<>() {};

    private final PeerProcess suite;
    private final Map<Object, RealtimeServer> servers = new ConcurrentHashMap<>();

    RealtimeSuiteServers(PeerProcess suite) {
        this.suite = suite;
    }

    /** Executes the request of an event, if any. */
    void obey(PeerEvent event) {
        switch (event.name()) {
            case "listen" -> listen(event);
            case "close" -> {
                Object number = event.get("server");
                servers.remove(number)
                        .closeGracefully(Duration.ofSeconds(1))
                        .thenRun(() -> suite.command("closed", "server", number));
            }
            default -> {}
        }
    }

    /**
     * Serves some of our clients first: the suite allows a server 100 ms for work that takes a new JVM longer the first
     * time.
     */
    static void warmUp() {
        try (RealtimeServer server = options("warm").build()) {
            server.onConnection(socket -> serve(server, socket));
            server.listen().join();
            for (int i = 0; i < 20; i++) {
                URI url = URI.create("ws://127.0.0.1:" + server.port());
                try (RealtimeClient client = RealtimeClient.connect(url)) {
                    client.invoke("login", Map.of("username", "bob")).join();
                    client.subscribe("warm");
                    for (int n = 0; n < 500; n++) {
                        client.channel("warm").transmitPublish("hello");
                    }
                    client.channel("warm").publish(Map.of("n", i)).join();
                    client.reconnect().join();
                }
            }
        }
    }

    private static RealtimeServer.Builder options(String authKey) {
        return RealtimeServer.builder().host("127.0.0.1").port(0).authKey(authKey);
    }

    private void listen(PeerEvent event) {
        Object number = event.get("server");
        RealtimeServer.Builder options = options(event.text("authKey"));
        if (event.get("ackTimeout") instanceof Number millis) {
            options.ackTimeout(Duration.ofMillis(millis.longValue()));
        }
        RealtimeServer server = options.build();
        servers.put(number, server);
        server.onConnection(socket -> {
            serve(server, socket);
            socket.onReceiver("foo", Object.class, data -> received(number, socket, data));
            suite.command("connection", "server", number, "socket", socket.id());
        });
        server.listen().thenRun(() -> suite.command("listening", "server", number, "port", server.port()));
    }

    private void received(Object number, RealtimeSocket socket, Object data) {
        suite.command("received", "server", number, "socket", socket.id(), "name", "foo", "data", data);
    }

    private static void serve(RealtimeServer server, RealtimeSocket socket) {
        first(socket, "login", MAP, (data, request) -> login(socket, data, request));
        first(socket, "setAuthKey", TypeRef.of(String.class), (key, request) -> {
            server.setAuthKey(key);
            request.end();
        });
        socket.onProcedure(
                "performTask",
                Object.class,
                (data, request) ->
                        CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS).execute(request::end));
    }

    /** Serves the first request of a procedure, like {@code socket.procedure(name).once()}. */
    private static <T> void first(
            RealtimeSocket socket, String name, TypeRef<T> type, BiConsumer<T, Request<T>> listener) {
        AtomicBoolean served = new AtomicBoolean();
        socket.onProcedure(name, type, (data, request) -> {
            if (served.compareAndSet(false, true)) {
                listener.accept(data, request);
            }
        });
    }

    private static void login(RealtimeSocket socket, Map<String, Object> data, Request<?> request) {
        if (USERS.contains(data.get("username"))) {
            Map<String, Object> claims = new TreeMap<>(data);
            claims.put("exp", System.currentTimeMillis() / 1000 + FIVE_THOUSAND_YEARS);
            socket.setAuthToken(claims);
            request.end();
        } else {
            request.fail(RealtimeException.of("FailedLoginError", "Failed to login"));
        }
    }

    @Override
    public void close() {
        servers.values().forEach(RealtimeServer::close);
    }
}
