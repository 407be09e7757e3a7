package io.heliograph.rpc;

import static io.heliograph.testkit.Await.failure;
import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.Dispatch;
import io.heliograph.HeliographException;
import io.heliograph.codec.Codec;
import io.heliograph.frame.Frame;
import io.heliograph.http.HttpHeaders;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.CapturedLog;
import io.heliograph.transport.WebSocketOptions;
import io.heliograph.transport.WebSocketTarget;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Failures that have no caller are logged: with their context, once per kind, and without control characters of a peer. */
class RpcLogTest extends ServerFixture {

    private static final String BELL = "\u0007\u001b[31m";

    /** Waits for an event that contains a text, and returns the event. */
    private static String awaited(CapturedLog log, String text) {
        return Awaitility.await(text)
                .atMost(Await.TIMEOUT)
                .until(() -> log.events(text), found -> !found.isEmpty())
                .get(0);
    }

    @Test
    void failedAttemptsAreOneLine() throws Exception {
        int port;
        try (ServerSocket unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = unused.getLocalPort();
        }
        try (CapturedLog log = new CapturedLog()) {
            RpcClient client = opened(RpcClient.builder(URI.create("ws://127.0.0.1:" + port))
                    .reconnectInterval(Duration.ofMillis(1))
                    .maxReconnects(20)
                    .build());
            assertThat(failure(client.connect()))
                    .isInstanceOf(HeliographException.class)
                    .hasMessageContaining("127.0.0.1:" + port);
            assertThat(client.currentReconnects()).isEqualTo(20);
            assertThat(log.events("127.0.0.1:" + port))
                    .hasSize(1)
                    .allMatch(event -> event.contains("WARN") && !event.contains("\n"));
        }
    }

    @Test
    void handlerExceptionIsLoggedWithMethodAndSocket() throws Exception {
        try (CapturedLog log = new CapturedLog()) {
            RawSocket socket = open("/?socket_id=ada");
            for (int i = 1; i <= 300; i++) {
                socket.ask(call(i, "boom", "[]"));
            }
            assertThat(awaited(log, "User code failed"))
                    .contains("WARN", "method=boom", "namespace=/", "connection=ada peer=tcp://127.0.0.1:");
            assertThat(log.events("java.lang.RuntimeException: boom")).hasSize(1);
            assertThat(log.events("User code failed")).allMatch(event -> event.contains("ServerFixture"));
            assertThat(log.events("User code failed")).hasSize(1);
        }
    }

    @Test
    void loginExceptionIsLogged() throws Exception {
        server.authenticate(Credentials.class, (given, caller) -> {
            throw new IllegalStateException("no database");
        });
        try (CapturedLog log = new CapturedLog()) {
            open("/").ask(LOGIN);
            assertThat(awaited(log, "User code failed")).contains("method=rpc.login");
        }
    }

    @Test
    void asynchronousHandlerExceptionIsLogged() throws Exception {
        server.method("later")
                .handle(params -> CompletableFuture.supplyAsync(() -> {
                    throw new IllegalStateException("late");
                }));
        try (CapturedLog log = new CapturedLog()) {
            open("/").send("{\"jsonrpc\":\"2.0\",\"method\":\"later\"}");
            assertThat(awaited(log, "User code failed")).contains("method=later");
        }
    }

    @Test
    void errorOfNotificationIsReportedSinceNobodyReceivesIt() throws Exception {
        BlockingQueue<Throwable> reported = new LinkedBlockingQueue<>();
        server.onError(reported::add);
        RawSocket socket = open("/");
        socket.ask(call(1, "fail", "[]"));
        assertThat(reported).isEmpty();
        socket.send("{\"jsonrpc\":\"2.0\",\"method\":\"fail\"}");
        assertThat(reported.poll(20, TimeUnit.SECONDS)).hasMessageContaining("Srv");
    }

    static final class Unlinked {
        private final boolean linked = Boolean.getBoolean("linked");

        public String getName() {
            if (!linked) {
                throw new NoClassDefFoundError("missing/Type");
            }
            return "linked";
        }
    }

    @Test
    void resultThatFailsWithErrorIsAnsweredAndReported() throws Exception {
        server.method("unlinked").handle(params -> new Unlinked());
        BlockingQueue<Throwable> reported = new LinkedBlockingQueue<>();
        server.onError(reported::add);
        assertThat(open("/").ask(call(1, "unlinked", "[]"))).isEqualTo(error(-32603, "Internal error", "1"));
        assertThat(reported.poll(20, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void unencodableResultIsLoggedWithMethod() throws Exception {
        try (CapturedLog log = new CapturedLog()) {
            open("/").ask(call(1, "unwritable", "[]"));
            assertThat(awaited(log, "User code failed")).contains("method=unwritable");
        }
    }

    @Test
    void unencodableEventIsLoggedWithName() throws Exception {
        open("/").ask(call(1, "rpc.on", "[\"newMail\"]"));
        try (CapturedLog log = new CapturedLog()) {
            server.emit("newMail", new Circle());
            assertThat(awaited(log, "User code failed")).contains("event=newMail");
        }
    }

    @Test
    void serverListenerExceptionsAreLoggedWithListenerAndSocket() throws Exception {
        List<Throwable> errors = new CopyOnWriteArrayList<>();
        server.onError(errors::add);
        server.onListening(() -> {
            throw new IllegalStateException("listening");
        });
        server.onConnection(socket -> {
            throw new IllegalStateException("connection");
        });
        server.onDisconnection((socket, reason) -> {
            throw new IllegalStateException("disconnection");
        });
        try (CapturedLog log = new CapturedLog()) {
            open("/?socket_id=ada").end(1000);
            awaited(log, "listener=onListening");
            assertThat(awaited(log, "listener=onConnection")).contains("connection=ada peer=");
            assertThat(awaited(log, "listener=onDisconnection")).contains("connection=ada peer=");
        }
        Awaitility.await().until(() -> errors.size() == 3);
    }

    @Test
    void clientListenerExceptionsAreLoggedWithListenerAndServer() throws Exception {
        listen();
        String url = "ws://127.0.0.1:" + server.port() + "/";
        RpcClient client = opened(RpcClient.builder(URI.create(url)).build());
        client.onConnect(() -> {
            throw new IllegalStateException("connect");
        });
        client.onDisconnect(reason -> {
            throw new IllegalStateException("disconnect");
        });
        client.events("newMail", Integer.class).on(mail -> {
            throw new IllegalStateException("event");
        });
        try (CapturedLog log = new CapturedLog()) {
            value(client.connect());
            value(client.subscribe("newMail"));
            server.emit("newMail", 1);
            assertThat(awaited(log, "event=newMail")).contains("connection=" + url);
            value(client.disconnect());
            assertThat(awaited(log, "listener=onConnect")).contains("connection=" + url);
            assertThat(awaited(log, "listener=onDisconnect")).contains("connection=" + url);
        }
    }

    @Test
    void undecodableEventIsOneLine() throws Exception {
        listen();
        RpcClient client = opened(RpcClient.connect(URI.create("ws://127.0.0.1:" + server.port() + "/")));
        client.events("newMail", Integer.class).on(mail -> {});
        client.events("newMail", Integer.class).stream();
        value(client.subscribe("newMail"));
        try (CapturedLog log = new CapturedLog()) {
            server.emit("newMail", "no number");
            awaited(log, "cannot read java.lang.Integer");
            Awaitility.await().until(() -> client.stats().drops().containsValue(2L));
            assertThat(log.events("cannot read java.lang.Integer")).hasSize(1).noneMatch(event -> event.contains("\n"));
        }
    }

    @Test
    void refusedOriginIsLoggedOnceWithAddress() throws Exception {
        listen();
        try (CapturedLog log = new CapturedLog()) {
            for (int i = 0; i < 50; i++) {
                assertThatThrownBy(() -> openFrom("https://evil.example")).hasMessageContaining("403");
            }
            assertThat(awaited(log, "origin not allowed"))
                    .contains("WARN", "origin=https://evil.example", "path=/", "peer=tcp://127.0.0.1:");
            assertThat(log.events("not allowed")).hasSize(1);
        }
    }

    private void openFrom(String origin) {
        opened(RawSocket.open(
                WebSocketTarget.of(URI.create("ws://127.0.0.1:" + server.port() + "/"), Optional.empty())
                        .withHeaders(HttpHeaders.of(Map.of("Origin", origin))),
                WebSocketOptions.defaults()));
    }

    @Test
    void refusedConnectionsAreLoggedWithReason() throws Exception {
        restart(builder -> builder.maxConnections(1).implicitNamespaces(false).sameId(SameId.REJECT));
        try (CapturedLog log = new CapturedLog()) {
            listen();
            assertThatThrownBy(() -> open("/undeclared")).hasMessageContaining("404");
            assertThat(awaited(log, "HTTP status 404")).contains("path=/undeclared peer=tcp://127.0.0.1:");
            open("/").ask(call(1, "sum", "[1,2]"));
            assertThatThrownBy(() -> open("/")).hasMessageContaining("503");
            awaited(log, "HTTP status 503");
        }
    }

    @Test
    void rejectingExecutorIsOneLine() throws Exception {
        restart(builder -> builder.dispatch(Dispatch.on(task -> {
            throw new RejectedExecutionException("full");
        })));
        try (CapturedLog log = new CapturedLog()) {
            RawSocket socket = open("/");
            for (int i = 1; i <= 50; i++) {
                assertThat(socket.ask(call(i, "sum", "[1,2]"))).isEqualTo(result(i, "3"));
            }
            assertThat(log.events("rejected a call")).hasSize(1);
            assertThat(log.events("rejected a call")).noneMatch(event -> event.contains("\n"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"code\":-32000,\"message\":\"x\\u0007\\u001b[31m\\nWARN forged\"}",
                "\"x\\u0007\\u001b[31m\\nWARN forged\"",
                "{\"code\":-32000,\"message\":{\"a\":\"x\\u001b\"}}"
            })
    void errorMessageOfServerIsPrintable(String error) throws Exception {
        server.method("hostile").handle(params -> {
            throw RpcException.raw(Codec.named("json").decode(Frame.utf8(error), Object.class));
        });
        listen();
        RpcClient client = opened(RpcClient.connect(URI.create("ws://127.0.0.1:" + server.port() + "/")));
        Throwable failure = failure(client.call("hostile", null));
        assertThat(failure).isInstanceOf(RpcException.class);
        assertThat(failure.getMessage()).contains("\u001b");
        for (String printed : List.of(failure.getLocalizedMessage(), failure.toString())) {
            assertThat(printed).doesNotContain("\u001b", "\u0007", "\n").contains("\\u001b");
        }
        assertThat(String.valueOf(((RpcException) failure).error())).contains("\u001b");
    }

    @Test
    void idAndPathOfClientArePrintable() throws Exception {
        CompletableFuture<String> described = new CompletableFuture<>();
        server.onConnection(socket -> described.complete(socket + " " + server.namespace(socket.namespace())));
        open("/?socket_id=a%1b%5b31m%0aWARN");
        assertThat(value(described)).doesNotContain("\u001b", "\n").contains("\\u001b[31m\\nWARN");
    }

    @Test
    void statusOfSubscriptionIsPrintable() throws Exception {
        listen();
        RpcClient client = opened(RpcClient.connect(URI.create("ws://127.0.0.1:" + server.port() + "/status")));
        server.namespace("/status").method("unused").handle(params -> null);
        String name = "e" + BELL;
        assertThat(failure(client.events(name, Integer.class).subscribe(event -> {}))
                        .getMessage())
                .doesNotContain("\u001b")
                .contains("provided event invalid");
    }
}
