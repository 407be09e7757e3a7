package io.heliograph.realtime.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.heliograph.DeadlineExceededException;
import io.heliograph.Dispatch;
import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.realtime.InvalidActionException;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.RealtimeSocket;
import io.heliograph.realtime.Request;
import io.heliograph.realtime.SocketEvent;
import io.heliograph.realtime.SocketState;
import io.heliograph.realtime.StreamCleanup;
import io.heliograph.realtime.packet.AbortedCallException;
import io.heliograph.realtime.packet.UnsentException;
import io.heliograph.testkit.Checklist;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ServerRpcTest {

    private static Throwable failure(CompletableFuture<?> future) {
        try {
            future.orTimeout(RawPeer.DEADLINE, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            return Objects.requireNonNull(e.getCause());
        }
        throw new AssertionError("did not fail");
    }

    // original: Should support invoking a remote procedure on the server
    @Test
    @Checklist("SC 109")
    void clientInvokesServerProcedure() {
        try (var fixture = ServerFixture.listening()) {
            fixture.server.onConnection(socket -> {
                socket.onProcedure("customProc", Payload.class, (data, request) -> {
                    if (data.text().contains("bad")) {
                        request.fail("BadCustomError", "Server failed to execute the procedure");
                    } else {
                        request.end("Success");
                    }
                });
            });
            RawPeer peer = fixture.join();
            assertThat(peer.ask("{'event':'customProc','data':{'good':true},'cid':2}"))
                    .isEqualTo("{'rid':2,'data':'Success'}");
            assertThat(peer.ask("{'event':'customProc','data':{'bad':true},'cid':3}"))
                    .isEqualTo(
                            "{'rid':3,'error':{'message':'Server failed to execute the procedure','name':'BadCustomError'}}");
        }
    }

    @Test
    @Checklist("SC 109")
    void serverInvokesClientProcedure() {
        try (var fixture = ServerFixture.listening()) {
            var joined = fixture.joined();
            var good = joined.socket().invoke("sum", List.of(1, 2), Integer.class);
            assertThat(joined.peer().next()).isEqualTo("{'event':'sum','cid':1,'data':[1,2]}");
            var bad = joined.socket().invoke("sum");
            assertThat(joined.peer().next()).isEqualTo("{'event':'sum','cid':2}");
            joined.peer()
                    .send("{'rid':2,'error':{'message':'no','name':'NoError','code':1}}")
                    .send("{'rid':1,'data':3}");
            assertThat(good.join()).isEqualTo(3);
            assertThat(failure(bad)).isInstanceOfSatisfying(RealtimeException.class, error -> {
                assertThat(error.errorName()).isEqualTo("NoError");
                assertThat(error.fields()).containsEntry("code", 1L);
            });
        }
    }

    // original: Should support receiving remote transmitted data on the server
    @Test
    @Checklist("SC 110")
    void transmittedDataReachesReceiver() {
        try (var fixture = ServerFixture.listening()) {
            var joined = fixture.joined();
            List<Object> received = new CopyOnWriteArrayList<>();
            joined.socket().onReceiver("customRemoteEvent", String.class, received::add);
            try (var stream = joined.socket().receiver("customRemoteEvent", String.class)) {
                joined.peer().send("{'event':'customRemoteEvent','data':'This is data'}");
                assertThat(stream.next(RawPeer.deadline())).isEqualTo("This is data");
            }
            await().untilAsserted(() -> assertThat(received).containsExactly("This is data"));
            assertThat(joined.socket().transmit("greeting", "hi")).isTrue();
            assertThat(joined.peer().next()).isEqualTo("{'event':'greeting','data':'hi'}");
            joined.socket().transmit("bare");
            assertThat(joined.peer().next()).isEqualTo("{'event':'bare'}");
        }
    }

    @Test
    @Checklist({"SC 111", "SC 112", "SC 113"})
    void requestWithoutHandlerTimesOut() {
        try (var fixture = ServerFixture.listening(options -> options.ackTimeout(Duration.ofMinutes(1)))) {
            var joined = fixture.joined();
            joined.peer().send("{'event':'nobody','cid':5}").expectSilence();
            var call = joined.socket().invoke("nobody", 1, TypeRef.of(Payload.class), Duration.ofMillis(50));
            assertThat(joined.peer().next()).isEqualTo("{'event':'nobody','cid':1,'data':1}");
            assertThat(failure(call))
                    .isInstanceOf(DeadlineExceededException.class)
                    .hasMessage("Event response for nobody event timed out");
            joined.peer().send("{'rid':1,'data':1}").expectSilence();
            await().untilAsserted(
                            () -> // of the test's own
                            assertThat(fixture.warningNames()).containsExactly("BrokerError", "BrokerError"));
        }
    }

    @Test
    @Checklist("SC 114")
    void secondResponseToRequestThrows() {
        try (var fixture = ServerFixture.listening()) {
            var joined = fixture.joined();
            var thrown = new CompletableFuture<Throwable>();
            joined.socket().onProcedure("twice", Object.class, (data, request) -> {
                request.end(1);
                try {
                    request.fail("Name", "message");
                } catch (RuntimeException e) {
                    thrown.complete(e);
                }
            });
            joined.peer().ask("{'event':'twice','cid':4}");
            assertThat(thrown.orTimeout(10, TimeUnit.SECONDS).join())
                    .isInstanceOf(InvalidActionException.class)
                    .hasMessage("Response to request 4 has already been sent");
        }
    }

    @Test
    @Checklist("SC 117")
    void responsePrecedesPacketsOfItsHandler() {
        try (var fixture = ServerFixture.listening(options -> options.dispatch(Dispatch.direct()))) {
            fixture.server.onConnection(socket -> socket.onProcedure("order", Object.class, (data, request) -> {
                socket.transmit("t1");
                var unused = socket.invoke("i1");
                request.end();
                socket.transmit("t2");
            }));
            RawPeer peer = fixture.join().send("{'event':'order','cid':2}");
            assertThat(peer.next(4))
                    .containsExactly("{'rid':2}", "{'event':'t1'}", "{'event':'i1','cid':1}", "{'event':'t2'}");
        }
    }

    // original: Disconnection should support socket message backpressure
    @Test
    @Checklist({"SC 118", "SC 119"})
    void closedSocketRejectsPackets() {
        try (var fixture = ServerFixture.listening()) {
            var joined = fixture.joined();
            RealtimeSocket socket = joined.socket();
            var request = new CompletableFuture<Request<Object>>();
            socket.onProcedure("foo", Object.class, (data, asked) -> request.complete(asked));
            joined.peer().send("{'event':'foo','cid':2}");
            Request<Object> pending = request.orTimeout(10, TimeUnit.SECONDS).join();
            socket.disconnect();
            await().until(() -> socket.state() == SocketState.CLOSED);
            assertThat(socket.transmit("hi", 1)).isFalse();
            assertThat(failure(socket.invoke("bla", 1)))
                    .isInstanceOfSatisfying(
                            UnsentException.class,
                            bad -> assertThat(bad.fields()).containsEntry("type", "connectAbort"));
            pending.end("bar");
            await().untilAsserted(() -> assertThat(fixture.warnings)
                    .extracting(Throwable::getMessage)
                    .containsExactly(
                            "Socket transmit hi event was aborted due to a bad connection",
                            "Socket invoke bla event was aborted due to a bad connection",
                            "WebSocket is not open: a response was aborted due to a bad connection"));
        }
    }

    @Test
    void pendingCallsFailOnDisconnect() {
        try (var fixture = ServerFixture.listening()) {
            var joined = fixture.joined();
            var call = joined.socket().invoke("sum");
            joined.peer().next();
            joined.peer().close(4444, "gone");
            assertThat(failure(call)).isInstanceOfSatisfying(AbortedCallException.class, bad -> {
                assertThat(bad).hasMessage("Event sum was aborted due to a bad connection");
                assertThat(bad.fields()).containsEntry("type", "disconnect");
                assertThat(bad.fields()).containsEntry("code", 4444).containsEntry("reason", "gone");
            });
        }
    }

    // original: Disconnection should support socket message backpressure
    @ParameterizedTest
    @EnumSource(StreamCleanup.class)
    @Checklist("SC 120")
    void disconnectEventPrecedesPendingMessages(StreamCleanup cleanup) throws Exception {
        try (var fixture = ServerFixture.listening(options -> options.socketStreamCleanupMode(cleanup))) {
            var joined = fixture.joined();
            List<String> order = new CopyOnWriteArrayList<>();
            var first = new CountDownLatch(1);
            var go = new CountDownLatch(1);
            joined.socket().onReceiver("foo", Integer.class, number -> {
                first.countDown();
                awaitQuietly(go);
                order.add("foo " + number);
            });
            joined.socket().on(SocketEvent.Disconnect.class, event -> order.add("disconnect"));
            for (int i = 0; i < 3; i++) {
                joined.peer().send("{'event':'foo','data':" + i + "}");
            }
            assertThat(first.await(10, TimeUnit.SECONDS)).isTrue();
            joined.peer().expectSilence(); // all three were received
            joined.peer().close(1000, "");
            await().until(() -> joined.socket().state() == SocketState.CLOSED);
            go.countDown();
            List<String> expected = cleanup == StreamCleanup.KILL
                    ? List.of("foo 0", "disconnect")
                    : List.of("foo 0", "disconnect", "foo 1", "foo 2");
            await().untilAsserted(() -> assertThat(order).containsExactlyElementsOf(expected));
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // original: Socket streams should be killed immediately if socket disconnects (default/kill
    // mode)
    // original: Socket streams should be closed eventually if socket disconnects (close mode)
    // original: Socket streams should be closed eventually if socket disconnects (none mode)
    @ParameterizedTest
    @EnumSource(StreamCleanup.class)
    @Checklist({"SC 121", "SC 122", "SC 123"})
    void streamEndFollowsCleanupMode(StreamCleanup cleanup) throws Exception {
        try (var fixture = ServerFixture.listening(options -> options.socketStreamCleanupMode(cleanup))) {
            var joined = fixture.joined();
            List<Integer> handled = new CopyOnWriteArrayList<>();
            var ended = new AtomicBoolean();
            var third = new CountDownLatch(1);
            var go = new CountDownLatch(1);
            var stream = joined.socket().receiver("foo", Integer.class);
            Thread consumer = Thread.ofVirtual().start(() -> {
                for (Integer number : stream) {
                    handled.add(number);
                    if (number == 3) {
                        third.countDown();
                        awaitQuietly(go);
                    }
                }
                ended.set(true);
            });
            for (int i = 0; i < 15; i++) {
                joined.peer().send("{'event':'foo','data':" + i + "}");
            }
            joined.peer().expectSilence();
            assertThat(third.await(10, TimeUnit.SECONDS)).isTrue();
            var over = new CountDownLatch(1);
            joined.socket().on(SocketEvent.End.class, event -> over.countDown());
            joined.peer().close(4445, "Disconnect");
            assertThat(over.await(10, TimeUnit.SECONDS)).isTrue();
            await().until(() -> joined.socket().state() == SocketState.CLOSED);
            go.countDown();
            switch (cleanup) {
                case KILL -> {
                    consumer.join();
                    assertThat(handled).containsExactly(0, 1, 2, 3);
                }
                case CLOSE -> {
                    consumer.join();
                    assertThat(handled).hasSize(15);
                }
                case NONE -> {
                    await().until(() -> handled.size() == 15);
                    assertThat(ended).isFalse();
                    stream.close();
                }
            }
        }
    }

    @Test
    void pendingStreamMessagesCountAsBackpressure() throws Exception {
        try (var fixture = ServerFixture.listening()) {
            var joined = fixture.joined();
            try (var stream = joined.socket().receiver("foo", Integer.class)) {
                for (int i = 0; i < 10; i++) {
                    joined.peer().send("{'event':'foo','data':" + i + "}");
                }
                joined.peer().expectSilence();
                await().untilAsserted(
                                () -> assertThat(joined.socket().backpressure()).isEqualTo(10));
                assertThat(stream.next(RawPeer.deadline())).isZero();
                assertThat(joined.socket().receivers().backpressure("foo")).isEqualTo(9);
            }
        }
    }

    @Test
    void unreadStreamThrottlesOnlyItsClient() {
        try (var fixture = ServerFixture.listening(options -> options.maxPendingMessages(10))) {
            var joined = fixture.joined();
            try (var stream = joined.socket().receiver("foo", Integer.class)) {
                for (int i = 0; i < 200; i++) {
                    joined.peer().send("{'event':'foo','data':" + i + "}");
                }
                RawPeer other = fixture.join();
                other.expectSilence();
                assertThat(joined.socket().backpressure()).isLessThanOrEqualTo(60);
                for (int i = 0; i < 200; i++) {
                    assertThat(stream.next(RawPeer.deadline())).isEqualTo(i);
                }
            }
            joined.peer().expectSilence();
        }
    }

    @Test
    void mismatchedDataTypeFailsRequest() {
        try (var fixture = ServerFixture.listening()) {
            var joined = fixture.joined();
            joined.socket().onProcedure("number", Integer.class, number -> number);
            assertThat(joined.peer().ask("{'event':'number','data':'x','cid':2}"))
                    .contains("'name':'InvalidArgumentsError'");
            assertThatThrownBy(() -> joined.socket().disconnect(1005)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void listenerCanIterateStreamOfItsSocket() {
        try (var fixture = ServerFixture.listening()) {
            fixture.server.onConnection(socket -> {
                for (var request : socket.procedure("double", Integer.class)) {
                    request.end(2 * Objects.requireNonNull(request.data()));
                }
            });
            RawPeer peer = fixture.join();
            peer.send("{'event':'double','data':4,'cid':7}");
            assertThat(peer.next()).isEqualTo("{'rid':7,'data':8}");
            peer.send("{'event':'double','data':5,'cid':8}");
            assertThat(peer.next()).isEqualTo("{'rid':8,'data':10}");
        }
    }
}
