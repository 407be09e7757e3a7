package io.heliograph.realtime.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.heliograph.ClosedException;
import io.heliograph.TransportException;
import io.heliograph.realtime.Action;
import io.heliograph.realtime.Compatibility;
import io.heliograph.realtime.RealtimeServer;
import io.heliograph.realtime.RealtimeSocket;
import io.heliograph.realtime.ServerEvent;
import io.heliograph.realtime.SocketEvent;
import io.heliograph.realtime.SocketState;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.Checklist;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerLifecycleTest {

    private static List<String> record(ServerFixture fixture) {
        List<String> events = new CopyOnWriteArrayList<>();
        RealtimeServer server = fixture.server;
        server.on(ServerEvent.Handshake.class, event -> {
            RealtimeSocket socket = event.socket();
            socket.on(SocketEvent.ConnectAbort.class, e -> events.add("connectAbort " + e.code() + " " + e.reason()));
            socket.on(SocketEvent.Disconnect.class, e -> events.add("disconnect " + e.code() + " " + e.reason()));
            socket.on(SocketEvent.Close.class, e -> events.add("close " + e.code() + " " + e.reason()));
            socket.on(SocketEvent.End.class, e -> events.add("end"));
        });
        server.on(ServerEvent.ConnectionAbort.class, e -> events.add("connectionAbort " + e.code() + " " + e.reason()));
        server.on(ServerEvent.Disconnection.class, e -> events.add("disconnection " + e.code() + " " + e.reason()));
        server.on(
                ServerEvent.Closure.class,
                e -> events.add("closure "
                        + e.code()
                        + " "
                        + e.reason()
                        + " "
                        + e.socket().state()
                        + " "
                        + (server.connectionCount() + server.pendingConnectionCount())));
        return events;
    }

    // original: Server-side socket disconnect event should not trigger if the socket did not
    // complete the handshake; instead, it should trigger connectAbort
    // original: The close event should trigger when the socket loses the connection before the
    // handshake
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Checklist({"SC 179", "SC 180"})
    void closeBeforeHandshakeEmitsConnectAbort(boolean asked) {
        try (var fixture = ServerFixture.listening();
                var handshakes = fixture.server.actions(Action.HandshakeSc.class)) {
            List<String> events = record(fixture);
            RawPeer peer = fixture.connect();
            peer.link();
            await().until(() -> fixture.server.pendingConnectionCount() == 1);
            if (asked) {
                peer.send(RawPeer.HANDSHAKE);
                var waiting = handshakes.next(RawPeer.deadline()).action();
                assertThat(fixture.server.pendingConnections()).containsExactly(waiting.socket());
            }
            peer.close(4444, "Disconnect before handshake");
            await().untilAsserted(() -> assertThat(events)
                    .containsExactly(
                            "connectAbort 4444 Disconnect before handshake",
                            "connectionAbort 4444 Disconnect before handshake",
                            "close 4444 Disconnect before handshake",
                            "closure 4444 Disconnect before handshake CLOSED 0",
                            "end"));
            assertThat(fixture.warnings.get(0))
                    .hasMessage(
                            "Socket connection closed with status code 4444 and reason: Disconnect before handshake");
        }
    }

    // original: Server-side socket disconnect event should trigger if the socket completed the
    // handshake (not connectAbort)
    // original: The close event should trigger when the socket loses the connection after the
    // handshake
    @ParameterizedTest
    @CsvSource({"1000, ''", "4445, Disconnect after handshake"})
    @Checklist({"SC 179", "SC 180"})
    void closeAfterHandshakeEmitsDisconnect(int code, String reason) {
        try (var fixture = ServerFixture.listening()) {
            List<String> events = record(fixture);
            fixture.join().close(code, reason);
            String how = " " + code + " " + reason;
            await().untilAsserted(() -> assertThat(events)
                    .containsExactly(
                            "disconnect" + how,
                            "disconnection" + how,
                            "close" + how,
                            "closure" + how + " CLOSED 0",
                            "end"));
            assertThat(fixture.warningNames()).isEqualTo(code == 1000 ? List.of() : List.of("SocketProtocolError"));
        }
    }

    @Test
    void abortedConnectionReportsHungUp() {
        try (var fixture = ServerFixture.listening()) {
            List<String> events = record(fixture);
            fixture.join().cut();
            await().until(() -> events.contains("end"));
            assertThat(events).contains("disconnect 1006 Socket hung up");
            assertThat(fixture.warningNames()).contains("SocketProtocolError");
        }
    }

    @Test
    @Checklist("SC 182")
    void disconnectSendsCodeAndReason() {
        try (var fixture = ServerFixture.listening()) {
            List<String> events = record(fixture);
            var joined = fixture.joined();
            joined.socket().disconnect(4600, "bye");
            assertThat(joined.peer().endCode()).isEqualTo(4600);
            assertThat(joined.peer().endText()).isEqualTo("bye");
            await().until(() -> events.contains("disconnect 4600 bye"));
            var other = fixture.joined();
            other.socket().disconnect(4601);
            assertThat(other.peer().endCode()).isEqualTo(4601);
            await().until(() -> events.contains("disconnect 4601 null"));
            other.socket().disconnect(4602);
            await().untilAsserted(() -> assertThat(fixture.warnings)
                    .extracting(Throwable::getMessage)
                    .containsExactly(
                            "Socket connection closed with status code 4600 and reason: bye",
                            "Socket connection closed with status code 4601"));
        }
    }

    @Test
    void disconnectFlushesEarlierPackets() {
        try (var fixture = ServerFixture.listening()) {
            var joined = fixture.joined();
            joined.socket().transmit("last", 1);
            joined.socket().disconnect();
            assertThat(joined.peer().next()).isEqualTo("{'event':'last','data':1}");
            assertThat(joined.peer().endCode()).isEqualTo(1000);
        }
    }

    @Test
    void terminateSendsNoCloseFrame() {
        try (var fixture = ServerFixture.listening()) {
            var joined = fixture.joined();
            joined.socket().terminate();
            assertThat(joined.peer().endCode()).isNotEqualTo(1000);
            assertThat(joined.socket().state()).isEqualTo(SocketState.CLOSED);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Checklist("SC 181")
    void closeDisconnectsAllSocketsAndReleasesPort(boolean compatible) throws Exception { // Q30
        int port;
        try (var fixture = ServerFixture.listening(options -> {
            if (compatible) {
                options.compatibility(Compatibility.SOCKETCLUSTER_20);
            }
        })) {
            port = fixture.server.port();
            RawPeer open = fixture.join();
            RawPeer pending = fixture.connect();
            pending.link();
            await().until(() -> fixture.server.pendingConnectionCount() == 1);
            assertThat(fixture.server.isReady()).isTrue();
            fixture.server.close();
            assertThat(fixture.server.isReady()).isFalse();
            fixture.server.closed().get(RawPeer.DEADLINE, TimeUnit.SECONDS);
            assertThat(open.endCode()).isEqualTo(compatible ? 1006 : 1001);
            assertThat(pending.endCode()).isEqualTo(compatible ? 1006 : 1001);
            assertThat(fixture.server.connectionCount() + fixture.server.pendingConnectionCount())
                    .isZero();
            assertThatThrownBy(() -> fixture.server.listen().join()).hasCauseInstanceOf(ClosedException.class);
        }
        try (var again = ServerFixture.listening(options -> options.port(port))) {
            again.join();
        }
    }

    @Test
    void listenOnPortInUseFails() {
        try (var fixture = ServerFixture.listening();
                var second = ServerFixture.of(options -> options.port(fixture.server.port()))) {
            List<Throwable> errors = new CopyOnWriteArrayList<>();
            second.server.onError(errors::add);
            assertThatThrownBy(() -> second.server.listen().join()).hasCauseInstanceOf(TransportException.class);
            assertThat(errors).hasSize(1);
        }
    }

    @Test
    void serverClosesWithoutListening() {
        var fixture = ServerFixture.of(options -> {});
        fixture.server.close();
        fixture.close();
        assertThat(fixture.server.closed()).isCompleted();
    }

    @Test
    void statsCountConnectionsAndMessages() {
        try (var fixture = ServerFixture.listening()) {
            RawPeer peer = fixture.join().subscribe("foo");
            fixture.server.exchange().publish("foo", 1).join();
            peer.next();
            var stats = fixture.server.stats();
            assertThat(stats.connections()).isOne();
            assertThat(stats.connectionsOpened()).isOne();
            assertThat(stats.messagesReceived()).isEqualTo(2);
            assertThat(stats.messagesSent()).isEqualTo(3);
            assertThat(stats.bytesReceived()).isPositive();
            assertThat(stats.drops()).isEmpty();
        }
    }

    @Test
    void serverEventsAreAvailableAsStream() {
        try (var fixture = ServerFixture.listening();
                var connections = fixture.server.stream(ServerEvent.Connection.class)) {
            RawPeer peer = fixture.join();
            RealtimeSocket socket = connections.next(RawPeer.deadline()).socket();
            socket.attach("mine");
            assertThat(fixture.server.connection(socket.id()).orElseThrow().attachment())
                    .isEqualTo("mine");
            try (var procedure = socket.procedure("sum")) {
                peer.send("{'event':'sum','cid':2}");
                procedure.next(Duration.ofSeconds(RawPeer.DEADLINE)).end(3);
            }
            assertThat(peer.next()).isEqualTo("{'rid':2,'data':3}");
        }
    }

    @Test
    void closeEventPrecedesTheClosedFuture() {
        ServerFixture fixture = ServerFixture.listening();
        List<Boolean> events = new CopyOnWriteArrayList<>();
        fixture.server.onClose(() -> events.add(fixture.server.closed().isDone()));
        Await.value(fixture.server.closeGracefully(Duration.ofSeconds(1)));
        assertThat(events).containsExactly(false);
        fixture.close();
    }
}
