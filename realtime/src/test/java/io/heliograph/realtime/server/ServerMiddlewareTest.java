package io.heliograph.realtime.server;

import static io.heliograph.realtime.server.RawPeer.publication;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.heliograph.http.UpgradeRefusedException;
import io.heliograph.realtime.Action;
import io.heliograph.realtime.Decision;
import io.heliograph.realtime.Middleware;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.RealtimeSocket;
import io.heliograph.realtime.ServerEvent;
import io.heliograph.testkit.Checklist;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerMiddlewareTest {

    // ---- handshakes

    @Test
    @Checklist("SC 154")
    void blockedUpgradeIsAnsweredWith401() {
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
    void blockedHandshakeIsAnsweredAndClosed(int wanted, int code) {
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
    void delayedHandshakeDoesNotDelayOtherClients() {
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
    void invokeMiddlewareDecidesEachRequest() {
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
    void publishInMiddlewareDecidesEachPublication() {
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
            assertThat(peer.next(2)).containsExactly(publication("foo", "'hi'"), "{'rid':2}");
            assertThat(peer.ask("{'event':'#publish','data':{'channel':'foo','data':'bad'},'cid':3}"))
                    .isEqualTo("{'rid':3,'error':{'message':'no','name':'NoError'}}");
            peer.send("{'event':'#publish','data':{'channel':'foo','data':'bad'}}")
                    .send("{'event':'#publish','data':{'channel':'foo','data':'change'}}");
            assertThat(peer.next()).isEqualTo(publication("foo", "'changed'"));
            peer.send("{'event':'#publish','data':{'channel':'foo','data':'change'},'cid':4}");
            assertThat(peer.next(2)).containsExactly(publication("foo", "'changed'"), "{'rid':4}");
            assertThat(seen).hasSize(5).startsWith("foo \"hi\"", "foo \"bad\"");
        }
    }

    // original: Should be able to delay and block publish using PUBLISH_IN middleware
    @Test
    @Checklist("SC 158")
    void delayedPublicationCanBeBlocked() {
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
    void delayedPublicationDelaysOnlyItsClientInOrder() {
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
            assertThat(quick.next()).isEqualTo(publication("foo", "'a1'"));
            assertThat(quick.ask("{'event':'echo','data':9,'cid':2}")).isEqualTo("{'rid':2,'data':9}");
            assertThat(slow.poll()).isNull();
            delayed.allow();
            assertThat(slow.next(4))
                    .containsExactly("{'rid':2}", "{'rid':3,'data':2}", "{'rid':4,'data':3}", "{'rid':5,'data':4}");
            assertThat(quick.next()).isEqualTo(publication("foo", 1));
        }
    }

    // original: Should run SUBSCRIBE action in middleware if client subscribes to a channel
    @Test
    @Checklist("SC 159")
    void subscribeMiddlewareDecidesEachSubscription() {
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
    void delayedSubscriptionPrecedesLaterPublication() {
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
            assertThat(peer.next(2)).containsExactly("{'rid':2}", publication("foo", 1));
            assertThat(published).containsExactly("foo");
        }
    }

    // ---- what goes out

    // original: Should run PUBLISH_OUT action in middleware if client publishes to a channel
    @Test
    @Checklist({"SC 160", "SC 136"})
    void publishOutMiddlewareDecidesPerSubscriber() { // Q8
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
                            publication("foo", 1),
                            publication("foo", 2),
                            publication("foo", "'1 replaced'"),
                            publication("foo", "'2 replaced'"));
        }
    }

    @Test
    @Checklist("SC 161")
    void unchangedPublicationKeepsSharedEncoding() {
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
            assertThat(same.peer().next()).isEqualTo(publication("foo", "{ 'price' : 1.50 }"));
            assertThat(other.next()).isEqualTo(publication("foo", "{'price':1.5}"));
        }
    }
}
