package io.heliograph.realtime.server;

import static io.heliograph.realtime.server.RawPeer.publication;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.heliograph.Dispatch;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.Action;
import io.heliograph.realtime.Decision;
import io.heliograph.realtime.InvalidActionException;
import io.heliograph.realtime.InvalidArgumentsException;
import io.heliograph.realtime.Middleware;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.RealtimeServer;
import io.heliograph.realtime.RealtimeSocket;
import io.heliograph.realtime.SocketEvent;
import io.heliograph.testkit.Checklist;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MiddlewareDecisionTest {

    // ---- blocking

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Checklist({"SC 162", "SC 163"})
    void silentBlockIsReportedOnlyLocally(boolean emits) {
        try (var fixture = ServerFixture.listening(options -> options.middlewareEmitFailures(emits))) {
            fixture.server.middleware(
                    Action.Invoke.class,
                    Middleware.of(action -> action.procedure().equals("bare")
                            ? Decision.block()
                            : Decision.blockSilently(RealtimeException.of("TrueError", "true"))));
            RawPeer peer = fixture.join();
            String silent =
                    "'error':{'message':'The invoke AGAction was blocked by inbound middleware','name':'SilentMiddlewareBlockedError','type':'inbound'}}";
            assertThat(peer.ask("{'event':'bare','cid':2}")).isEqualTo("{'rid':2," + silent);
            assertThat(peer.ask("{'event':'silent','cid':3}")).isEqualTo("{'rid':3," + silent);
            peer.expectSilence();
            List<String> expected = emits
                    ? List.of("SilentMiddlewareBlockedError", "TrueError", "BrokerError")
                    : List.of("BrokerError"); // of the test's own
            await().untilAsserted(() -> assertThat(fixture.warningNames()).isEqualTo(expected));
        }
    }

    @Test
    void middlewareExceptionBlocksWithGenericMessage() {
        try (var fixture = ServerFixture.listening()) {
            fixture.server.middleware(Action.Invoke.class, action -> {
                throw new IllegalStateException("secret");
            });
            assertThat(fixture.join().ask("{'event':'a','cid':2}"))
                    .isEqualTo("{'rid':2,'error':{'message':'The request could not be handled','name':'Error'}}");
            await().untilAsserted(() ->
                    assertThat(fixture.warnings).anySatisfy(w -> assertThat(w).hasMessage("secret")));
        }
    }

    @Test
    @Checklist("SC 164")
    void messageMiddlewareReceivesAllMessages() {
        try (var fixture = ServerFixture.listening(options -> options.strictHandshake(false))) {
            List<String> seen = new CopyOnWriteArrayList<>();
            fixture.server.middleware(Action.Message.class, Middleware.of(action -> {
                String text = action.data().utf8();
                seen.add(text);
                if (text.contains("drop")) {
                    return Decision.block();
                }
                return text.contains("replace")
                        ? Decision.allow(
                                Frame.utf8(text.replace("replace", "echo")).asText())
                        : Decision.allow();
            }));
            fixture.server.onConnection(socket -> socket.onProcedure("echo", Object.class, data -> data));
            RawPeer peer = fixture.join();
            peer.send("").send("{'event':'drop','cid':2}");
            assertThat(peer.ask("{'event':'replace','data':1,'cid':3}")).isEqualTo("{'rid':3,'data':1}");
            assertThat(seen).hasSize(4).contains("", "{\"event\":\"drop\",\"cid\":2}");
        }
    }

    // ---- rules

    @Test
    @Checklist("SC 165")
    void actionRejectsSecondDecision() {
        try (var fixture = ServerFixture.listening();
                var invokes = fixture.server.actions(Action.Invoke.class)) {
            RawPeer peer = fixture.join().send("{'event':'a','cid':2}");
            var action = invokes.next(RawPeer.deadline());
            action.block("NoError", "no");
            assertThat(peer.next()).contains("NoError");
            assertThatThrownBy(action::allow)
                    .isInstanceOf(InvalidActionException.class)
                    .hasMessage("AGAction invoke has already been blocked; cannot allow");
            peer.send("{'event':'a','cid':3}");
            var other = invokes.next(RawPeer.deadline());
            other.allow();
            assertThatThrownBy(other::block).hasMessage("AGAction invoke has already been allowed; cannot block");
        }
    }

    @Test
    @Checklist("SC 166")
    void secondMiddlewareOfSameKindIsRejected() {
        try (var fixture = ServerFixture.listening()) {
            RealtimeServer server = fixture.server;
            Middleware<Action.Invoke> middleware = Middleware.of(action -> Decision.allow());
            server.middleware(Action.Invoke.class, middleware);
            assertThat(server.hasMiddleware(Action.Invoke.class)).isTrue();
            assertThatThrownBy(() -> server.middleware(Action.Invoke.class, middleware))
                    .isInstanceOf(InvalidActionException.class)
                    .hasMessage("Middleware inbound type has already been set");
            assertThatThrownBy(() -> server.actions(Action.Invoke.class)).isInstanceOf(InvalidActionException.class);
            assertThatThrownBy(() -> server.removeMiddleware(Action.class))
                    .isInstanceOf(InvalidArgumentsException.class)
                    .hasMessage("Middleware Action type is not supported");
            server.removeMiddleware(Action.Invoke.class);
            var stream = server.actions(Action.Invoke.class);
            stream.close();
            assertThat(server.hasMiddleware(Action.Invoke.class)).isFalse();
        }
    }

    @Test
    void middlewareChangesApplyToOpenSockets() { // Q3
        try (var fixture = ServerFixture.listening()) {
            fixture.server.onConnection(socket -> socket.onProcedure("echo", Object.class, data -> data));
            RawPeer peer = fixture.join();
            fixture.server.middleware(Action.Invoke.class, Middleware.of(action -> Decision.block("NoError", "no")));
            assertThat(peer.ask("{'event':'echo','data':1,'cid':2}")).contains("NoError");
            fixture.server.removeMiddleware(Action.Invoke.class);
            assertThat(peer.ask("{'event':'echo','data':1,'cid':3}")).isEqualTo("{'rid':3,'data':1}");
        }
    }

    // original: Should be able to getInboundBackpressure() on a socket object
    // original: Should be able to getOutboundBackpressure() on a socket object
    // original: Should be able to getBackpressure() on a socket object and it should be the highest
    // backpressure
    @Test
    @Checklist("SC 167")
    void pendingMessagesCountAsBackpressure() {
        try (var fixture = ServerFixture.listening()) {
            List<Long> history = new CopyOnWriteArrayList<>();
            var joined = fixture.joined();
            RealtimeSocket socket = joined.socket();
            fixture.server.middleware(Action.Message.class, Middleware.of(action -> {
                history.add(action.socket().inboundBackpressure());
                return Decision.allow();
            }));
            try (var publishes = fixture.server.actions(Action.PublishIn.class)) {
                joined.peer().send("{'event':'#publish','data':{'channel':'foo','data':0}}");
                var first = publishes.next(RawPeer.deadline());
                for (int i = 1; i < 6; i++) {
                    joined.peer().send("{'event':'#publish','data':{'channel':'foo','data':" + i + "}}");
                }
                await().until(() -> socket.inboundBackpressure() == 5);
                assertThat(socket.backpressure()).isEqualTo(5);
                first.allow();
                for (int i = 1; i < 6; i++) {
                    publishes.next(RawPeer.deadline()).allow();
                }
                await().until(() -> socket.inboundBackpressure() == 0);
            }
            joined.peer().subscribe("foo");
            assertThat(history).hasSize(7).startsWith(1L).endsWith(1L);
            assertThat(history.get(5)).isEqualTo(5);
            try (var outgoing = fixture.server.actions(Action.PublishOut.class)) {
                for (int i = 0; i < 6; i++) {
                    fixture.server.exchange().publish("foo", i).join();
                }
                var first = outgoing.next(RawPeer.deadline());
                await().until(() -> socket.outboundBackpressure() == 6);
                first.allow();
                for (int i = 1; i < 6; i++) {
                    outgoing.next(RawPeer.deadline()).allow();
                }
                await().until(() -> socket.outboundBackpressure() == 0);
            }
            for (int i = 0; i < 6; i++) {
                assertThat(joined.peer().next()).isEqualTo(publication("foo", i));
            }
        }
    }

    @Test
    void packetsKeepTheirOrderBehindDelayedPublication() {
        try (var fixture = ServerFixture.listening()) {
            var joined = fixture.joined();
            joined.peer().subscribe("foo");
            try (var outgoing = fixture.server.actions(Action.PublishOut.class)) {
                fixture.server.exchange().publish("foo", 1).join();
                var first = outgoing.next(RawPeer.deadline());
                joined.socket().transmit("after");
                await().until(() -> joined.socket().outboundBackpressure() == 2);
                fixture.server.removeMiddleware(Action.PublishOut.class);
                fixture.server.exchange().publish("foo", 2).join();
                first.allow();
            }
            assertThat(joined.peer().next(3))
                    .containsExactly(publication("foo", 1), "{'event':'after'}", publication("foo", 2));
        }
    }

    @Test
    void decisionAfterDisconnectIsIgnored() {
        try (var fixture = ServerFixture.listening();
                var invokes = fixture.server.actions(Action.Invoke.class)) {
            var joined = fixture.joined();
            var called = new AtomicBoolean();
            joined.socket().onProcedure("a", Object.class, data -> called.getAndSet(true));
            var ended = new CompletableFuture<Void>();
            joined.socket().on(SocketEvent.End.class, event -> ended.complete(null));
            joined.peer().send("{'event':'a','cid':2}");
            var action = invokes.next(Duration.ofSeconds(RawPeer.DEADLINE));
            joined.peer().cut();
            ended.orTimeout(10, TimeUnit.SECONDS).join();
            action.allow();
            fixture.join().expectSilence();
            assertThat(called).isFalse();
        }
    }

    // ---- threads

    @Test
    void blockingMiddlewareRunsOnVirtualThread() {
        assertThat(threadsOf(Middleware::of)).hasSize(2).allMatch(Thread::isVirtual);
    }

    @Test
    void nonBlockingMiddlewareRunsOnEventLoop() {
        List<Thread> threads = threadsOf(Middleware::nonBlocking);
        assertThat(threads).hasSize(2).noneMatch(Thread::isVirtual);
        assertThat(threads.getFirst()).isSameAs(threads.getLast());
    }

    /** Returns the threads on which middleware of a server on virtual threads has decided about two publications. */
    private static List<Thread> threadsOf(
            Function<Middleware.Simple<Action.PublishIn>, Middleware<Action.PublishIn>> kind) {
        List<Thread> threads = new CopyOnWriteArrayList<>();
        try (var fixture = ServerFixture.listening(options -> options.dispatch(Dispatch.virtual()))) {
            fixture.server.middleware(Action.PublishIn.class, kind.apply(action -> {
                threads.add(Thread.currentThread());
                return Decision.allow();
            }));
            RawPeer peer = fixture.join();
            for (int cid = 2; cid < 4; cid++) {
                assertThat(peer.ask("{'event':'#publish','data':{'channel':'foo','data':1},'cid':" + cid + "}"))
                        .isEqualTo("{'rid':" + cid + "}");
            }
        }
        return threads;
    }

    @Test
    void nonBlockingDecisionsKeepTheOrderOfPackets() {
        try (var fixture = ServerFixture.listening(options -> options.dispatch(Dispatch.virtual()));
                var subscribes = fixture.server.actions(Action.Subscribe.class)) {
            fixture.server.middleware(
                    Action.PublishIn.class,
                    Middleware.nonBlocking(action -> action.data().text().equals("2")
                            ? Decision.block("CustomError", "two")
                            : Decision.allow()));
            RawPeer peer = fixture.join();
            peer.send("[{'event':'#publish','data':{'channel':'foo','data':1},'cid':2},"
                            + "{'event':'#subscribe','data':{'channel':'foo'},'cid':3},"
                            + "{'event':'#publish','data':{'channel':'foo','data':2},'cid':4}]")
                    .send("{'event':'#publish','data':{'channel':'foo','data':3},'cid':5}");
            assertThat(peer.next()).isEqualTo("{'rid':2}");
            subscribes.next(RawPeer.deadline()).allow();
            assertThat(peer.next(4))
                    .containsExactly(
                            "{'rid':3}",
                            "{'rid':4,'error':{'message':'two','name':'CustomError'}}",
                            publication("foo", 3),
                            "{'rid':5}");
        }
    }

    @Test
    void exceptionOfNonBlockingMiddlewareBlocksAction() {
        try (var fixture = ServerFixture.listening(options -> options.dispatch(Dispatch.virtual()))) {
            fixture.server.middleware(Action.PublishIn.class, Middleware.nonBlocking(action -> {
                throw RealtimeException.of("CustomError", "no");
            }));
            assertThat(fixture.join().ask("{'event':'#publish','data':{'channel':'foo','data':1},'cid':2}"))
                    .isEqualTo("{'rid':2,'error':{'message':'no','name':'CustomError'}}");
        }
    }
}
