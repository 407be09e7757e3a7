package io.heliograph.realtime.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.frame.Frame;
import io.heliograph.http.HttpHeaders;
import io.heliograph.realtime.Action;
import io.heliograph.realtime.AuthEngine;
import io.heliograph.realtime.Decision;
import io.heliograph.realtime.Middleware;
import io.heliograph.realtime.ProcedureFunction;
import io.heliograph.realtime.ProcedureListener;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.RealtimeSocket;
import io.heliograph.realtime.ServerEvent;
import io.heliograph.realtime.SocketEvent;
import io.heliograph.realtime.TokenOptions;
import io.heliograph.testkit.CapturedLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Exceptions of user code: the peer receives a response at once, and the log names the code. */
class UserCodeFailureTest {

    private static final String NEUTRAL =
            "{'rid':2,'error':{'message':'The request could not be handled','name':'Error'}}";
    private static final String BAD = "{'rid':2,'error':{'message':'must be positive','name':'BadAmountError'}}";

    // ---- responses

    private static Object cyclic() {
        List<Object> list = new ArrayList<>();
        list.add(list);
        return list;
    }

    private static Arguments listener(String name, ProcedureListener<Integer> listener, String answer) {
        return Arguments.of(
                name, (Consumer<RealtimeSocket>) socket -> socket.onProcedure("f", Integer.class, listener), answer);
    }

    private static Arguments function(String name, ProcedureFunction<Integer> function, String answer) {
        return Arguments.of(
                name, (Consumer<RealtimeSocket>) socket -> socket.onProcedure("f", Integer.class, function), answer);
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                listener(
                        "exception",
                        (n, request) -> {
                            throw new IllegalStateException("secret");
                        },
                        NEUTRAL),
                listener(
                        "named exception",
                        (n, request) -> {
                            throw RealtimeException.of("BadAmountError", "must be positive");
                        },
                        BAD),
                listener("unboxed null", (n, request) -> request.end(n + 1), NEUTRAL),
                listener(
                        "linkage error",
                        (n, request) -> {
                            throw new NoClassDefFoundError("secret");
                        },
                        NEUTRAL),
                listener("unencodable result", (n, request) -> request.end(cyclic()), NEUTRAL),
                listener(
                        "unencodable error", (n, request) -> request.failWith(Map.of("a", new Unencodable())), NEUTRAL),
                listener(
                        "answered before",
                        (n, request) -> {
                            request.end(7);
                            throw new IllegalStateException("late");
                        },
                        "{'rid':2,'data':7}"),
                function(
                        "exception of function",
                        n -> {
                            throw new IllegalStateException("secret");
                        },
                        NEUTRAL),
                listener(
                        "checked exception",
                        (n, request) -> {
                            throw new IOException("secret");
                        },
                        NEUTRAL),
                function(
                        "checked exception of function",
                        n -> {
                            throw new IOException("secret");
                        },
                        NEUTRAL),
                function("unboxed null of function", n -> n + 1, NEUTRAL),
                function("unencodable result of function", n -> cyclic(), NEUTRAL),
                function("unencodable later result", n -> CompletableFuture.completedFuture(cyclic()), NEUTRAL),
                function(
                        "failed future",
                        n -> CompletableFuture.failedFuture(new IllegalStateException("secret")),
                        NEUTRAL));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("failures")
    void failedProcedureIsAnsweredAtOnce(String name, Consumer<RealtimeSocket> procedure, String answer) {
        try (var fixture = ServerFixture.listening()) {
            fixture.server.onConnection(procedure);
            RawPeer peer = fixture.join();
            assertThat(peer.ask("{'event':'f','cid':2}")).isEqualTo(answer);
            peer.expectSilence();
        }
    }

    @Test
    void unencodableBlockIsAnswered() {
        try (var fixture = ServerFixture.listening()) {
            fixture.server.middleware(
                    Action.Invoke.class,
                    Middleware.of(action -> Decision.block(
                            RealtimeException.of("BadError", "bad").with("self", new Unencodable()))));
            RawPeer peer = fixture.join();
            assertThat(peer.ask("{'event':'f','cid':2}")).isEqualTo(NEUTRAL);
        }
    }

    @Test
    void secondFunctionOfProcedureIsReported() {
        try (var fixture = ServerFixture.listening()) {
            fixture.server.onConnection(socket -> {
                socket.onProcedure("f", Integer.class, n -> 1);
                socket.onProcedure("f", Integer.class, n -> CompletableFuture.completedFuture(2));
            });
            assertThat(fixture.join().ask("{'event':'f','cid':2}")).isEqualTo("{'rid':2,'data':1}");
            await().untilAsserted(() -> assertThat(fixture.warningNames()).containsExactly("InvalidActionError"));
        }
    }

    @Test
    void unknownProcedureIsRejectedIfConfigured() {
        try (var fixture = ServerFixture.listening(options -> options.rejectUnknownProcedures(true))) {
            RawPeer peer = fixture.join();
            assertThat(peer.ask("{'event':'nothing','cid':2}"))
                    .isEqualTo(
                            "{'rid':2,'error':{'message':'Procedure \\'nothing\\' is not registered','name':'ProcedureNotFoundError'}}"
                                    .replace("\\'", "'"));
            fixture.server.connections().iterator().next().onProcedure("f", Integer.class, n -> 1);
            assertThat(peer.ask("{'event':'f','cid':3}")).isEqualTo("{'rid':3,'data':1}");
            peer.send("{'event':'nothing'}").expectSilence();
        }
    }

    @Test
    void procedureOfConnectionListenerIsNotUnknown() {
        try (var fixture = ServerFixture.listening(options -> options.rejectUnknownProcedures(true))) {
            CompletableFuture<Void> go = new CompletableFuture<>();
            fixture.server.onConnection(socket -> {
                go.join();
                socket.onProcedure("f", Integer.class, n -> 1);
            });
            RawPeer peer = fixture.join().send("{'event':'f','cid':2}");
            go.complete(null);
            assertThat(peer.next()).isEqualTo("{'rid':2,'data':1}");
        }
    }

    @Test
    void unknownProcedureIsNotAnsweredByDefault() {
        try (var fixture = ServerFixture.listening()) {
            fixture.join().send("{'event':'nothing','cid':2}").expectSilence();
        }
    }

    // ---- middleware, token engine, subprotocols

    @Test
    @SuppressWarnings("NullAway") // a mistake of user code
    void middlewareWithoutDecisionBlocksAtOnce() {
        try (var fixture = ManualFixture.listening()) {
            fixture.server.middleware(Action.Invoke.class, action -> null);
            assertThat(fixture.join().ask("{'event':'f','cid':2}")).isEqualTo(NEUTRAL);
        }
    }

    @Test
    @SuppressWarnings("NullAway") // a mistake of user code
    void failedTokenEngineIsAnsweredAndLogged() {
        AuthEngine broken = new AuthEngine() {
            @Override
            public CompletionStage<Object> verifyToken(@Nullable Object signedToken, RealtimeSocket socket) {
                return null;
            }

            @Override
            public CompletionStage<String> signToken(Map<String, Object> claims, TokenOptions options) {
                throw new IllegalStateException("no key");
            }
        };
        try (var log = new CapturedLog();
                var fixture = ServerFixture.listening(options -> options.authEngine(broken))) {
            RawPeer peer = fixture.connect();
            assertThat(peer.ask(AuthFixture.handshake("x"))).contains("'isAuthenticated':false");
            await().until(() -> log.warnings("User code failed: authEngine=verifyToken connection=")
                            .size()
                    == 1);
            fixture.server.connections().iterator().next().setAuthToken(Map.of("a", 1));
            assertThat(peer.endCode()).isEqualTo(4002);
            assertThat(log.warnings("User code failed: authEngine=signToken connection="))
                    .hasSize(1);
        }
    }

    @Test
    void failedChoiceOfSubprotocolIsAnswered() {
        try (var log = new CapturedLog();
                var fixture = ServerFixture.listening(options -> options.handleProtocols(offered -> {
                    throw new IllegalStateException("no choice");
                }))) {
            RawPeer peer = fixture.connect(fixture.target(fixture.server.path())
                    .withHeaders(HttpHeaders.of(Map.of("Sec-WebSocket-Protocol", "a"))));
            assertThat(peer.end().toString()).contains("500");
            assertThat(log.warnings("User code failed: option=handleProtocols")).hasSize(1);
        }
    }

    @Test
    void refusedOriginIsLogged() {
        try (var log = new CapturedLog();
                var fixture = ServerFixture.listening()) {
            assertThat(fixture.connect(Map.of("Origin", "http://evil.example"))
                            .end()
                            .toString())
                    .contains("403");
            assertThat(log.warnings("Request refused: reason=origin-refused peer=tcp://127.0.0.1:"))
                    .hasSize(1);
        }
    }

    // ---- log

    private static Arguments code(String code, Consumer<RealtimeSocket> listeners, String message) {
        return Arguments.of(code, listeners, message);
    }

    private static void fail(Object item) {
        throw new IllegalStateException("marked");
    }

    static Stream<Arguments> listeners() {
        return Stream.of(
                code(
                        "procedure=f",
                        socket -> socket.onProcedure("f", Integer.class, (n, request) -> fail(n)),
                        "{'event':'f','cid':2}"),
                code(
                        "procedure=f",
                        socket -> socket.onProcedure("f", Integer.class, n -> {
                            throw new IllegalStateException("marked");
                        }),
                        "{'event':'f','cid':2}"),
                code(
                        "receiver=f",
                        socket -> socket.onReceiver("f", Integer.class, UserCodeFailureTest::fail),
                        "{'event':'f'}"),
                code(
                        "middleware=transmit receiver=f",
                        socket -> socket.server().middleware(Action.Transmit.class, action -> {
                            throw new IllegalStateException("marked");
                        }),
                        "{'event':'f'}"),
                code(
                        "middleware=subscribe channel=news",
                        socket -> socket.server().middleware(Action.Subscribe.class, action -> {
                            throw new IllegalStateException("marked");
                        }),
                        "{'event':'#subscribe','data':{'channel':'news'},'cid':2}"),
                code(
                        "listener=raw",
                        socket -> socket.on(SocketEvent.Raw.class, UserCodeFailureTest::fail),
                        "not a packet"),
                code(
                        "listener=subscription",
                        socket -> socket.server().on(ServerEvent.Subscription.class, UserCodeFailureTest::fail),
                        "{'event':'#subscribe','data':{'channel':'news'},'cid':2}"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("listeners")
    void exceptionOfUserCodeIsLoggedWithStack(String code, Consumer<RealtimeSocket> listeners, String message) {
        try (var log = new CapturedLog();
                var fixture = ServerFixture.listening()) {
            fixture.server.onConnection(listeners);
            RawPeer peer = fixture.joined().peer().send(message); // after the connection listener
            await().untilAsserted(() -> assertThat(log.warnings("User code failed"))
                    .singleElement()
                    .asString()
                    .contains("User code failed: " + code + " connection=" + peer.id()));
            await().until(() -> log.text().contains("\tat " + UserCodeFailureTest.class.getName()));
            await().untilAsserted(() -> assertThat(fixture.warnings).isNotEmpty());
        }
    }

    @Test
    void exceptionOfChannelListenerIsLoggedWithStack() {
        try (var log = new CapturedLog();
                var fixture = ServerFixture.listening()) {
            fixture.server.exchange().channel("news").on(UserCodeFailureTest::fail);
            RawPeer peer = fixture.join();
            await().untilAsserted(() -> {
                peer.send(RawPeer.publication("news", 1));
                assertThat(log.warnings("User code failed"))
                        .singleElement()
                        .asString()
                        .contains("User code failed: channel=news");
            });
            assertThat(log.text()).contains("\tat " + UserCodeFailureTest.class.getName());
            await().untilAsserted(() -> assertThat(fixture.warnings).isNotEmpty());
        }
    }

    @Test
    void repeatedExceptionIsLoggedOnce() {
        try (var log = new CapturedLog();
                var fixture = ServerFixture.listening()) {
            AtomicInteger calls = new AtomicInteger();
            fixture.server.onConnection(socket -> socket.onReceiver("f", Integer.class, n -> {
                calls.incrementAndGet();
                throw new IllegalStateException("marked");
            }));
            RawPeer peer = fixture.join();
            for (int i = 0; i < 50; i++) {
                peer.send("{'event':'f'}");
            }
            await().until(() -> calls.get() == 50 && fixture.warnings.size() == 50);
            assertThat(log.warnings("User code failed")).hasSize(1);
        }
    }

    @Test
    void exceededLimitOfManyConnectionsIsLoggedOnce() {
        try (var log = new CapturedLog();
                var fixture = ServerFixture.listening(options -> options.maxChannelNameBytes(4))) {
            for (int i = 0; i < 20; i++) {
                fixture.join().ask("{'event':'#subscribe','data':{'channel':'too long'},'cid':2}");
            }
            await().until(() -> fixture.warnings.size() == 20);
            assertThat(log.warnings("Limit exceeded"))
                    .singleElement()
                    .asString()
                    .contains("reason=channel-name-too-long connection=");
        }
    }

    @Test
    void failingErrorListenersAreNotCalledForTheirOwnExceptions() {
        try (var log = new CapturedLog();
                var fixture = ServerFixture.listening()) {
            AtomicInteger calls = new AtomicInteger();
            fixture.server.onError(error -> {
                calls.incrementAndGet();
                throw new IllegalStateException("marked");
            });
            fixture.server.onConnection(socket -> socket.on(SocketEvent.Failure.class, event -> {
                calls.incrementAndGet();
                throw new IllegalStateException("marked");
            }));
            RawPeer peer = fixture.join();
            peer.expectSilence(); // a failure of the protocol
            await().until(() -> log.warnings("User code failed").size() == 2);
            peer.ask("{'event':'#unsubscribe','data':'none','cid':5}");
            await().until(() -> fixture.warnings.size() == 2);
            assertThat(calls).hasValue(4);
        }
    }

    @Test
    void exceptionOfCloseListenerIsLogged() {
        try (var log = new CapturedLog()) {
            try (var fixture = ServerFixture.listening()) {
                fixture.server.onClose(() -> {
                    throw new IllegalStateException("marked");
                });
            }
            assertThat(log.warnings("User code failed: listener=close")).hasSize(1);
        }
    }

    @Test
    void exceptionOfRawMiddlewareDropsMessage() {
        try (var fixture = ServerFixture.listening()) {
            fixture.server.onConnection(socket -> socket.onProcedure("f", Integer.class, n -> 1));
            RawPeer peer = fixture.join();
            fixture.server.middleware(Action.Message.class, Middleware.of(action -> {
                if (action.data()
                        .equals(Frame.utf8("{\"event\":\"f\",\"cid\":2}").asText())) {
                    throw new IllegalStateException("marked");
                }
                return Decision.allow();
            }));
            assertThat(peer.send("{'event':'f','cid':2}").ask("{'event':'f','cid':3}"))
                    .isEqualTo("{'rid':3,'data':1}");
        }
    }

    /** A bean whose property cannot be read. */
    public static final class Unencodable {

        private final @Nullable String name = null;

        public int getName() {
            return Objects.requireNonNull(name, "secret").length();
        }
    }
}
