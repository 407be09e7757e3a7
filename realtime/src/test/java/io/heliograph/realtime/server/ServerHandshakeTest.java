package io.heliograph.realtime.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.exchange.Exchange;
import io.heliograph.realtime.AuthEngine;
import io.heliograph.realtime.RealtimeSocket;
import io.heliograph.realtime.ServerEvent;
import io.heliograph.realtime.SocketEvent;
import io.heliograph.realtime.TokenOptions;
import io.heliograph.testkit.Checklist;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerHandshakeTest {

    @Test
    @Checklist({"SC 16", "SC 17"})
    void handshakeResponseHasUniqueId() {
        try (var fixture = ServerFixture.listening()) {
            Set<String> ids = new HashSet<>();
            for (int i = 0; i < 5; i++) {
                RawPeer peer = fixture.connect();
                String answer = peer.ask(RawPeer.HANDSHAKE);
                assertThat(answer)
                        .matches(
                                "\\{'rid':1,'data':\\{'id':'[A-Za-z0-9_-]{20}','pingTimeout':30000,'isAuthenticated':false}}");
                ids.add(answer);
                peer.expectSilence();
            }
            assertThat(ids).hasSize(5);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'event':'#handshake','cid':0}",
                "{'cid':0,'data':{},'event':'#handshake'}",
                "{'event':'#handshake','data':null,'cid':0}",
                "{'event':'#handshake','data':{'authToken':''},'cid':0}",
                "{'event':'#handshake','data':{'authToken':false},'cid':0}"
            })
    @Checklist("SC 18")
    void handshakeWithoutTokenIsAccepted(String packet) {
        try (var fixture = ServerFixture.listening()) {
            RawPeer peer = fixture.connect();
            assertThat(peer.ask(packet))
                    .startsWith("{'rid':0,'data':{'id':")
                    .endsWith("'isAuthenticated':false}}")
                    .doesNotContain("authError");
        }
    }

    // original: Should close the connection if the client tries to send a malformatted handshake
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'event':'#handshake','data':{'authToken':null}}",
                "{'event':'#handshake','cid':'1'}",
                "{'event':'#handshake','cid':null}"
            })
    @Checklist("SC 19")
    void handshakeWithoutNumericCidIsRejected(String packet) {
        try (var fixture = ServerFixture.listening()) {
            var closure = new CompletableFuture<ServerEvent.Closure>();
            fixture.server.on(ServerEvent.Closure.class, closure::complete);
            RawPeer peer = fixture.connect().send(packet);
            assertThat(peer.endCode()).isEqualTo(4008);
            assertThat(peer.endText()).isEmpty();
            ServerEvent.Closure closed = closure.orTimeout(10, TimeUnit.SECONDS).join();
            assertThat(closed.code()).isEqualTo(4008);
            assertThat(closed.reason()).isEqualTo("Server rejected handshake from client");
            await().untilAsserted(() ->
                    assertThat(fixture.warningNames()).containsExactly("InvalidActionError", "SocketProtocolError"));
        }
    }

    // original: Should close the connection if the client tries to send a message before the
    // handshake
    // original: Should close the connection if the client tries to send a ping before the handshake
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'event':'a','data':1}",
                "{'event':'a','data':1,'cid':1}",
                "{'event':'#publish','data':{'channel':'a'}}",
                "{'event':'#authenticate','data':'x','cid':1}",
                "{'event':'#removeAuthToken'}",
                "{'rid':1}",
                "hello",
                "{}",
                "{",
                "[1]",
                ""
            })
    @Checklist({"SC 20", "SC 22"})
    void otherMessageBeforeHandshakeClosesConnection(String message) {
        try (var fixture = ServerFixture.listening()) {
            var closure = new CompletableFuture<ServerEvent.Closure>();
            fixture.server.on(ServerEvent.Closure.class, closure::complete);
            RawPeer peer = fixture.connect().send(message);
            assertThat(peer.endCode()).isEqualTo(4009);
            assertThat(closure.orTimeout(10, TimeUnit.SECONDS).join().reason())
                    .isEqualTo("Server received a message before the client handshake");
        }
    }

    // original: Should close the connection if the client tries to send a message before the
    // handshake
    @Test
    @Checklist("SC 21")
    void emptyBinaryMessageBeforeHandshakeClosesConnection() {
        try (var fixture = ServerFixture.listening()) {
            assertThat(fixture.connect().sendBinary().endCode()).isEqualTo(4009);
        }
    }

    @Test
    @Checklist("SC 22")
    void version1PongBeforeHandshakeClosesConnection() {
        try (var fixture = ServerFixture.listening(options -> options.protocolVersion(1))) {
            assertThat(fixture.connect().send("#2").endCode()).isEqualTo(4009);
        }
    }

    @Test
    @Checklist("SC 56")
    void emptyBatchBeforeHandshakeIsAccepted() {
        try (var fixture = ServerFixture.listening()) {
            fixture.connect().send("[]").handshake();
        }
    }

    // original: Should not close the connection if the client tries to send a message before the
    // handshake and strictHandshake is false
    @Test
    @Checklist("SC 23")
    void lenientHandshakeAcceptsEarlierMessages() {
        try (var fixture = ServerFixture.listening(options -> options.strictHandshake(false))) {
            RawPeer peer = fixture.connect();
            for (String message : List.of("{'event':'a'}", "{'rid':1}", "hello", "", "{}")) {
                peer.send(message);
            }
            peer.sendBinary();
            peer.handshake();
        }
    }

    @Test
    @Checklist("SC 24")
    void lenientHandshakeRejectsEarlierSubscriptionOnly() {
        try (var fixture = ServerFixture.listening(options -> options.strictHandshake(false))) {
            fixture.server.on(
                    ServerEvent.Handshake.class,
                    event -> event.socket().onProcedure("echo", Object.class, data -> data));
            RawPeer other = fixture.join().subscribe("foo");
            RawPeer peer = fixture.connect();
            assertThat(peer.ask("{'event':'echo','data':1,'cid':1}")).isEqualTo("{'rid':1,'data':1}");
            assertThat(peer.ask("{'event':'#publish','data':{'channel':'foo','data':2},'cid':2}"))
                    .isEqualTo("{'rid':2}");
            assertThat(other.next()).isEqualTo("{'event':'#publish','data':{'channel':'foo','data':2}}");
            assertThat(peer.ask("{'event':'#subscribe','data':{'channel':'foo'},'cid':3}"))
                    .isEqualTo(
                            "{'rid':3,'error':{'message':'Cannot subscribe socket to a channel before it has completed the handshake','name':'InvalidActionError'}}");
        }
    }

    // original: Client should not be able to subscribe to a channel before the handshake has
    // completed
    @Test
    @Checklist("SC 25")
    void subscriptionBeforeHandshakeHasNoEffect() {
        try (var fixture = ServerFixture.listening()) {
            var subscribed = new AtomicInteger();
            fixture.server.on(ServerEvent.Subscription.class, event -> subscribed.incrementAndGet());
            RawPeer peer = fixture.connect();
            peer.send("{'event':'#subscribe','data':{'channel':'someChannel'},'cid':2}");
            assertThat(peer.endCode()).isEqualTo(4009);
            await().until(() -> fixture.server.pendingConnectionCount() == 0);
            assertThat(subscribed).hasValue(0);
            assertThat(fixture.server.exchange().channels()).isEmpty();
        }
    }

    // original: Should remove client data from the server when client disconnects before
    // authentication process finished
    @Test
    @Checklist({"SC 28", "SC 180"})
    void disconnectDuringHandshakeReleasesConnection() { // Q12
        var asked = new CompletableFuture<CompletableFuture<Object>>();
        try (var fixture = ServerFixture.listening(options -> options.authEngine(new SlowEngine(asked::complete)))) {
            List<String> events = new CopyOnWriteArrayList<>();
            fixture.server.on(ServerEvent.Connection.class, event -> events.add("connection"));
            fixture.server.on(ServerEvent.ConnectionAbort.class, event -> events.add("connectionAbort"));
            fixture.server.on(ServerEvent.Disconnection.class, event -> events.add("disconnection"));
            fixture.server.on(ServerEvent.Closure.class, event -> events.add("closure"));
            RawPeer peer = fixture.connect();
            peer.send("{'event':'#handshake','data':{'authToken':'x'},'cid':1}");
            CompletableFuture<Object> verification =
                    asked.orTimeout(10, TimeUnit.SECONDS).join();
            assertThat(fixture.server.connectionCount()).isZero();
            assertThat(fixture.server.pendingConnectionCount()).isOne();
            assertThat(fixture.server.pendingConnections()).hasSize(1);
            peer.cut();
            await().until(() -> events.size() == 2);
            verification.complete(java.util.Map.of());
            assertThat(events).containsExactly("connectionAbort", "closure");
            assertThat(fixture.server.connections()).isEmpty();
            assertThat(fixture.server.pendingConnections()).isEmpty();
            assertThat(fixture.server.connectionCount() + fixture.server.pendingConnectionCount())
                    .isZero();
            peer = fixture.connect();
            assertThat(peer.isOpen()).isTrue();
            assertThat(events).hasSize(2);
        }
    }

    /** Verifies when the test says. */
    record SlowEngine(java.util.function.Consumer<CompletableFuture<Object>> asked) implements AuthEngine {
        @Override
        public CompletableFuture<Object> verifyToken(
                @org.jspecify.annotations.Nullable Object signedToken, RealtimeSocket socket) {
            CompletableFuture<Object> verification = new CompletableFuture<>();
            asked.accept(verification);
            return verification;
        }

        @Override
        public CompletableFuture<String> signToken(java.util.Map<String, Object> claims, TokenOptions options) {
            return CompletableFuture.completedFuture("signed");
        }
    }

    // original: Exchange is attached to socket before the handshake event is triggered
    @Test
    @Checklist("SC 29")
    void handshakeEventPrecedesConnectionEvent() {
        try (var fixture = ServerFixture.listening()) {
            List<String> events = new CopyOnWriteArrayList<>();
            var exchange = new CompletableFuture<Exchange>();
            fixture.server.on(ServerEvent.Handshake.class, event -> {
                events.add("handshake " + event.socket().id());
                exchange.complete(event.socket().server().exchange());
            });
            fixture.server.onConnection(socket -> events.add("connection " + socket.id()));
            fixture.join();
            await().until(() -> events.size() == 2);
            assertThat(events.get(0)).startsWith("handshake ");
            assertThat(events.get(1)).isEqualTo(events.get(0).replace("handshake", "connection"));
            assertThat(exchange.join()).isSameAs(fixture.server.exchange());
        }
    }

    // original: Server-side socket connect event and server connection event should trigger
    @Test
    @Checklist("SC 30")
    void connectEventsReportStatus() {
        try (var fixture = ServerFixture.listening()) {
            var connect = new CompletableFuture<SocketEvent.Connect>();
            var connection = new CompletableFuture<ServerEvent.Connection>();
            fixture.server.on(
                    ServerEvent.Handshake.class,
                    event -> event.socket().on(SocketEvent.Connect.class, connect::complete));
            fixture.server.on(ServerEvent.Connection.class, connection::complete);
            String answer = fixture.connect().ask(RawPeer.HANDSHAKE);
            ServerEvent.Connection told =
                    connection.orTimeout(10, TimeUnit.SECONDS).join();
            assertThat(answer).contains("'id':'" + told.id() + "'");
            assertThat(told.socket().id()).isEqualTo(told.id());
            assertThat(told.pingTimeout()).isEqualTo(30_000);
            assertThat(told.isAuthenticated()).isFalse();
            assertThat(told.authError()).isEmpty();
            assertThat(connect.join())
                    .isEqualTo(new SocketEvent.Connect(told.id(), 30_000, false, java.util.Optional.empty()));
        }
    }

    // original: Server-side connection event should trigger with large number of concurrent
    // connections
    // original: Server should support large a number of connections invoking procedures
    // concurrently immediately upon connect
    @Test
    @Checklist({"SC 31", "SC 32"})
    void concurrentConnectionsAreAllServed() {
        try (var fixture = ServerFixture.listening()) {
            var served = new AtomicInteger();
            fixture.server.onConnection(socket -> socket.onProcedure("greeting", String.class, name -> {
                served.incrementAndGet();
                return "hello " + name;
            }));
            RawPeer[] peers = new RawPeer[100];
            for (int i = 0; i < peers.length; i++) {
                peers[i] = fixture.connect();
            }
            for (int i = 0; i < peers.length; i++) {
                // The procedure is asked for in the very batch of the handshake.
                peers[i].send("[" + RawPeer.HANDSHAKE + ",{'event':'greeting','data':'" + i + "','cid':2}]");
            }
            for (int i = 0; i < peers.length; i++) {
                assertThat(peers[i].next()).startsWith("{'rid':1,");
                assertThat(peers[i].next()).isEqualTo("{'rid':2,'data':'hello " + i + "'}");
            }
            assertThat(served).hasValue(100);
            assertThat(fixture.server.connectionCount()).isEqualTo(100);
        }
    }

    @Test
    void secondHandshakeClosesConnection() { // Q2
        try (var fixture = ServerFixture.listening()) {
            RawPeer peer = fixture.join().send(RawPeer.HANDSHAKE);
            assertThat(peer.endCode()).isEqualTo(4008);
            await().until(() -> fixture.server.connectionCount() == 0);
        }
    }
}
