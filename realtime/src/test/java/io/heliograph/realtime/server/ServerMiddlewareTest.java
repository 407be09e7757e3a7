package io.heliograph.realtime.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.heliograph.frame.Frame;
import io.heliograph.http.UpgradeRefusedException;
import io.heliograph.realtime.Action;
import io.heliograph.realtime.Decision;
import io.heliograph.realtime.InvalidActionException;
import io.heliograph.realtime.InvalidArgumentsException;
import io.heliograph.realtime.Middleware;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.RealtimeServer;
import io.heliograph.realtime.RealtimeSocket;
import io.heliograph.realtime.ServerEvent;
import io.heliograph.realtime.SocketEvent;
import io.heliograph.testkit.Checklist;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerMiddlewareTest {

    private static String publication(Object data) {
        return "{'event':'#publish','data':{'channel':'foo','data':" + data + "}}";
    }

    // ---- handshakes

    @Test
    @Checklist("SC 154")
    void aBlockedUpgradeIsAnsweredWith401() {
        try (var fixture = ServerFixture.listening()) {
            fixture.server.middleware(
                    Action.HandshakeWs.class, Middleware.of(action -> Decision.block("CustomError", "not you")));
            assertThatThrownBy(() -> fixture.connect().link())
                    .hasCauseInstanceOf(UpgradeRefusedException.class)
                    .cause()
                    .isInstanceOfSatisfying(UpgradeRefusedException.class, refusal -> {
                        assertThat(refusal.status()).isEqualTo(401);
                        assertThat(refusal.body()).isEqualTo("not you");
                    });
            await().untilAsserted(() -> assertThat(fixture.warningNames()).containsExactly("CustomError"));
        }
    }

    // original: Should trigger correct events if MIDDLEWARE_HANDSHAKE blocks with an error
    // original: Should send back default 4008 status code if MIDDLEWARE_HANDSHAKE blocks without
    // providing a status code
    // original: Should send back custom status code if MIDDLEWARE_HANDSHAKE blocks by providing a
    // status code
    @ParameterizedTest
    @CsvSource({"0, 4008", "4501, 4501", "17, 4008"})
    @Checklist("SC 155")
    void aBlockedHandshakeIsAnsweredAndClosed(int wanted, int code) {
        try (var fixture = ServerFixture.listening()) {
            List<String> events = new CopyOnWriteArrayList<>();
            fixture.server.on(ServerEvent.Connection.class, event -> events.add("connection"));
            fixture.server.on(
                    ServerEvent.ConnectionAbort.class, event -> events.add("connectionAbort " + event.code()));
            fixture.server.middleware(Action.HandshakeSc.class, Middleware.of(action -> {
                RealtimeException error = RealtimeException.of("TestError", "AG handshake failed");
                return Decision.block(wanted == 0 ? error : error.with("statusCode", wanted));
            }));
            RawPeer peer = fixture.connect();
            assertThat(peer.ask(RawPeer.HANDSHAKE))
                    .isEqualTo("{'rid':1,'error':{'message':'AG handshake failed','name':'TestError','statusCode':"
                            + code
                            + "}}");
            assertThat(peer.endCode()).isEqualTo(code);
            await().untilAsserted(() ->
                    assertThat(fixture.warningNames()).containsExactly("TestError", "SocketProtocolError"));
            assertThat(events).containsExactly("connectionAbort " + code);
        }
    }

    // original: Should connect with a delay if allow() is called after a timeout inside the
    // middleware function
    // original: Delaying handshake for one client should not affect other clients
    @Test
    @Checklist("SC 156")
    void aDelayedHandshakeDelaysNobodyElse() {
        try (var fixture = ServerFixture.listening();
                var upgrades = fixture.server.actions(Action.HandshakeWs.class);
                var handshakes = fixture.server.actions(Action.HandshakeSc.class)) {
            RawPeer slow = fixture.connect();
            var slowUpgrade = upgrades.next(RawPeer.deadline());
            RawPeer quick = fixture.connect();
            upgrades.next(RawPeer.deadline()).allow();
            quick.send(RawPeer.HANDSHAKE);
            handshakes.next(RawPeer.deadline()).allow();
            assertThat(quick.next()).startsWith("{'rid':1,'data'");
            slowUpgrade.allow();
            slow.send(RawPeer.HANDSHAKE);
            var slowHandshake = handshakes.next(RawPeer.deadline());
            quick.expectSilence();
            assertThat(slow.poll()).isNull();
            slowHandshake.allow();
            assertThat(slow.next()).startsWith("{'rid':1,'data'");
        }
    }

    // ---- what comes in

    // original: Should run INVOKE action in middleware if client invokes an RPC
    // original: Should send back custom Error if INVOKE action in middleware blocks the client RPC
    @Test
    @Checklist("SC 157")
    void requestsAreAskedAbout() {
        try (var fixture = ServerFixture.listening()) {
            fixture.server.middleware(Action.Invoke.class, Middleware.of(action -> switch (action.procedure()) {
                case "blocked" -> Decision.block("CustomError", "Invoke action was blocked");
                case "replaced" -> Decision.allow(7);
                default -> Decision.allow();
            }));
            fixture.server.onConnection(socket -> {
                socket.onProcedure("proc", Object.class, data -> data);
                socket.onProcedure("replaced", Object.class, data -> data);
            });
            RawPeer peer = fixture.join();
            assertThat(peer.ask("{'event':'proc','data':123,'cid':2}")).isEqualTo("{'rid':2,'data':123}");
            assertThat(peer.ask("{'event':'blocked','data':1,'cid':3}"))
                    .isEqualTo("{'rid':3,'error':{'message':'Invoke action was blocked','name':'CustomError'}}");
            assertThat(peer.ask("{'event':'replaced','data':1,'cid':4}")).isEqualTo("{'rid':4,'data':7}");
        }
    }

    // original: Should run PUBLISH_IN action in middleware if client publishes to a channel
    // original: Should allow to change message in middleware when client invokePublish
    // original: Should allow to change message in middleware when client transmitPublish
    // original: Should be able to delay and block publish using PUBLISH_IN middleware
    @Test
    @Checklist("SC 158")
    void publicationsAreAskedAbout() {
        try (var fixture = ServerFixture.listening()) {
            List<String> seen = new CopyOnWriteArrayList<>();
            fixture.server.middleware(Action.PublishIn.class, Middleware.of(action -> {
                seen.add(action.channel() + " " + action.data());
                return switch (String.valueOf(action.data().value())) {
                    case "bad" -> Decision.block("NoError", "no");
                    case "change" -> Decision.allow("changed");
                    default -> Decision.allow();
                };
            }));
            RawPeer peer = fixture.join().subscribe("foo");
            peer.send("{'event':'#publish','data':{'channel':'foo','data':'hi'},'cid':2}");
            assertThat(peer.next(2)).containsExactly(publication("'hi'"), "{'rid':2}");
            assertThat(peer.ask("{'event':'#publish','data':{'channel':'foo','data':'bad'},'cid':3}"))
                    .isEqualTo("{'rid':3,'error':{'message':'no','name':'NoError'}}");
            peer.send("{'event':'#publish','data':{'channel':'foo','data':'bad'}}")
                    .send("{'event':'#publish','data':{'channel':'foo','data':'change'}}");
            assertThat(peer.next()).isEqualTo(publication("'changed'"));
            peer.send("{'event':'#publish','data':{'channel':'foo','data':'change'},'cid':4}");
            assertThat(peer.next(2)).containsExactly(publication("'changed'"), "{'rid':4}");
            assertThat(seen).hasSize(5).startsWith("foo \"hi\"", "foo \"bad\"");
        }
    }

    // original: Should be able to delay and block publish using PUBLISH_IN middleware
    @Test
    @Checklist("SC 158")
    void aPublicationMayBeBlockedLater() {
        try (var fixture = ServerFixture.listening();
                var publishes = fixture.server.actions(Action.PublishIn.class)) {
            RawPeer peer = fixture.join().subscribe("hello");
            RawPeer other = fixture.join().subscribe("hello");
            peer.send("{'event':'#publish','data':{'channel':'hello','data':'world'},'cid':2}");
            var delayed = publishes.next(RawPeer.deadline());
            other.expectSilence();
            assertThat(peer.poll()).isNull();
            delayed.block("BlockedError", "Blocked by middleware");
            assertThat(peer.next())
                    .isEqualTo("{'rid':2,'error':{'message':'Blocked by middleware','name':'BlockedError'}}");
            peer.expectSilence();
            other.expectSilence();
        }
    }

    // original: Delaying PUBLISH_IN action for one client should not affect other clients
    @Test
    @Checklist({"SC 115", "SC 116"})
    void aDelayHoldsBackItsClientInOrderAndNobodyElse() {
        try (var fixture = ServerFixture.listening();
                var publishes = fixture.server.actions(Action.PublishIn.class)) {
            fixture.server.onConnection(socket -> socket.onProcedure("echo", Object.class, data -> data));
            RawPeer slow = fixture.join();
            RawPeer quick = fixture.join().subscribe("foo");
            slow.send("{'event':'#publish','data':{'channel':'foo','data':1},'cid':2}")
                    .send("{'event':'echo','data':2,'cid':3}")
                    .send("[{'event':'echo','data':3,'cid':4},{'event':'echo','data':4,'cid':5}]");
            var delayed = publishes.next(RawPeer.deadline());
            assertThat(delayed.action().channel()).isEqualTo("foo");
            quick.send("{'event':'#publish','data':{'channel':'foo','data':'a1'}}");
            publishes.next(RawPeer.deadline()).allow();
            assertThat(quick.next()).isEqualTo(publication("'a1'"));
            assertThat(quick.ask("{'event':'echo','data':9,'cid':2}")).isEqualTo("{'rid':2,'data':9}");
            assertThat(slow.poll()).isNull();
            delayed.allow();
            assertThat(slow.next(4))
                    .containsExactly("{'rid':2}", "{'rid':3,'data':2}", "{'rid':4,'data':3}", "{'rid':5,'data':4}");
            assertThat(quick.next()).isEqualTo(publication(1));
        }
    }

    // original: Should run SUBSCRIBE action in middleware if client subscribes to a channel
    @Test
    @Checklist("SC 159")
    void subscriptionsAreAskedAboutOneByOne() {
        try (var fixture = ServerFixture.listening()) {
            List<String> options = new CopyOnWriteArrayList<>();
            fixture.server.on(
                    ServerEvent.Subscription.class,
                    event -> options.add(event.channel() + event.subscriptionOptions()));
            fixture.server.middleware(Action.Subscribe.class, Middleware.of(action -> switch (action.channel()) {
                case "c7" -> Decision.block("NotAllowedError", "no");
                case "c8" -> Decision.allow(action.data().text() + "!");
                default -> Decision.allow();
            }));
            RawPeer peer = fixture.join();
            StringBuilder batch = new StringBuilder("[");
            for (int i = 0; i < 20; i++) {
                batch.append(i == 0 ? "" : ",")
                        .append("{'event':'#subscribe','data':{'channel':'c")
                        .append(i)
                        .append("','data':")
                        .append(i)
                        .append("},'cid':")
                        .append(100 + i)
                        .append('}');
            }
            peer.send(batch + "]");
            for (int i = 0; i < 20; i++) {
                assertThat(peer.next())
                        .isEqualTo(
                                i == 7
                                        ? "{'rid':107,'error':{'message':'no','name':'NotAllowedError'}}"
                                        : "{'rid':" + (100 + i) + "}");
            }
            await().untilAsserted(() -> assertThat(options).hasSize(19));
            assertThat(options).contains("c6{data=6}", "c8{data=\"8!\"}").doesNotContain("c7{data=7}");
        }
    }

    // original: Should maintain pub/sub order if SUBSCRIBE action is delayed in middleware even if
    // client starts out in disconnected state
    @Test
    void aDelayedSubscriptionKeepsTheOrder() {
        try (var fixture = ServerFixture.listening();
                var subscribes = fixture.server.actions(Action.Subscribe.class)) {
            List<String> published = new CopyOnWriteArrayList<>();
            fixture.server.middleware(Action.PublishIn.class, Middleware.of(action -> {
                published.add(action.channel());
                return Decision.allow();
            }));
            RawPeer peer = fixture.connect();
            peer.send(RawPeer.HANDSHAKE)
                    .send("{'event':'#subscribe','data':{'channel':'foo'},'cid':2}")
                    .send("{'event':'#publish','data':{'channel':'foo','data':1}}");
            var delayed = subscribes.next(RawPeer.deadline());
            assertThat(delayed.action().channel()).isEqualTo("foo");
            assertThat(peer.next()).startsWith("{'rid':1,");
            assertThat(published).isEmpty();
            delayed.allow();
            assertThat(peer.next(2)).containsExactly("{'rid':2}", publication(1));
            assertThat(published).containsExactly("foo");
        }
    }

    // ---- what goes out

    // original: Should run PUBLISH_OUT action in middleware if client publishes to a channel
    @Test
    @Checklist({"SC 160", "SC 136"})
    void publicationsOnTheirWayOutAreAskedAboutForEach() { // Q8
        try (var fixture = ServerFixture.listening()) {
            RawPeer one = fixture.join().subscribe("foo");
            RawPeer two = fixture.join().subscribe("foo");
            RawPeer three = fixture.join().subscribe("foo");
            List<RealtimeSocket> order = new CopyOnWriteArrayList<>();
            fixture.server.middleware(Action.PublishOut.class, Middleware.of(action -> {
                synchronized (order) {
                    if (!order.contains(action.socket())) {
                        order.add(action.socket());
                    }
                    assertThat(action.channel()).isEqualTo("foo");
                    return switch (order.indexOf(action.socket())) {
                        case 0 -> Decision.allow();
                        case 1 -> Decision.block();
                        default -> Decision.allow(action.data().text() + " replaced");
                    };
                }
            }));
            fixture.server.exchange().publish("foo", 1).join();
            fixture.server.exchange().publish("foo", 2).join();
            await().until(() -> order.size() == 3);
            List<String> got = new CopyOnWriteArrayList<>();
            for (RawPeer peer : List.of(one, two, three)) {
                peer.send("{'event':'#unsubscribe','data':'foo','cid':50}");
                String next = peer.next();
                while (!next.startsWith("{'rid':50")) {
                    got.add(next);
                    next = peer.next();
                }
            }
            assertThat(got)
                    .containsExactlyInAnyOrder(
                            publication(1), publication(2), publication("'1 replaced'"), publication("'2 replaced'"));
        }
    }

    @Test
    @Checklist("SC 161")
    void whatIsAllowedUnchangedIsTheTextThatAllShare() {
        try (var fixture = ServerFixture.listening()) {
            var same = fixture.joined();
            same.peer().subscribe("foo");
            RawPeer other = fixture.join().subscribe("foo");
            fixture.server.middleware(
                    Action.PublishOut.class,
                    Middleware.of(action -> action.socket().equals(same.socket())
                            ? Decision.allow()
                            : Decision.allow(action.data().value())));
            // Spaces and a number form that encoding would change.
            other.send("{'event':'#publish','data':{'channel':'foo','data':{ 'price' : 1.50 }}}");
            assertThat(same.peer().next()).isEqualTo(publication("{ 'price' : 1.50 }"));
            assertThat(other.next()).isEqualTo(publication("{'price':1.5}"));
        }
    }

    // ---- blocking

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Checklist({"SC 162", "SC 163"})
    void whatIsBlockedSilentlyIsToldHereOnly(boolean emits) {
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
    void whatMiddlewareThrowsBlocksWithoutItsWords() {
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
    void rawMiddlewareSeesEverything() {
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
    void anActionIsDecidedOnce() {
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
    void thereIsOneMiddlewareForAKindAndNoneForNoKind() {
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
    void middlewareComesAndGoesForSocketsThatExist() { // Q3
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
    void whatWaitsIsCounted() {
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
                assertThat(joined.peer().next()).isEqualTo(publication(i));
            }
        }
    }

    @Test
    void aPublicationKeepsItsPlaceBehindWhatWasSentBefore() {
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
            assertThat(joined.peer().next(3)).containsExactly(publication(1), "{'event':'after'}", publication(2));
        }
    }

    @Test
    void aDecisionForOneThatHasGoneIsForgotten() {
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
}
