package io.heliograph.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.DropReason;
import io.heliograph.TransportException;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.Checklist;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A server and its sockets, with JDK sockets as peers. */
class SocketServerTest {

    private final List<AutoCloseable> open = new ArrayList<>();
    private final BlockingQueue<Socket> sockets = new LinkedBlockingQueue<>();
    private final EventRecorder seen = new EventRecorder();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private static SocketServer.Builder options() {
        return SocketServer.builder(RawPeer.HOST, 0).linger(Duration.ofMillis(200));
    }

    private SocketServer listening(SocketServer.Builder options) {
        SocketServer server = options.build();
        open.add(server);
        server.onListening(port -> seen.add("listening " + (port > 0 ? "port" : port)));
        server.onError(error -> seen.add("server error " + error.getMessage()));
        server.onConnection(socket -> {
            seen.add("connection");
            sockets.add(socket);
        });
        Await.value(server.listen());
        return server;
    }

    private RawPeer connect(SocketServer server) throws IOException {
        RawPeer peer = RawPeer.connect(server.port());
        open.add(peer);
        return peer;
    }

    private Socket next() throws InterruptedException {
        Socket socket = sockets.poll(20, TimeUnit.SECONDS);
        assertThat(socket).isNotNull();
        return socket;
    }

    @Test
    @Checklist("AS 50")
    void portZeroBindsFreePort() throws Exception {
        SocketServer server = listening(options());
        assertThat(server.port()).isPositive();
        assertThat(seen.events()).containsExactly("listening port");
        connect(server);
        next();
    }

    @Test
    void defaultsMatchOriginal() {
        assertThat(SocketServer.builder().build()).hasToString("SocketServer[0.0.0.0:4000]");
    }

    @Test
    @Checklist("AS 51")
    void connectionEventPrecedesDataWithoutLoss() throws Exception {
        SocketServer server = listening(options());
        server.onConnection(seen::record);
        connect(server).send("616263").end();
        List<String> events = seen.await("disconnect");
        assertThat(String.join("", events.subList(2, events.size()))).isEqualTo("'abc'disconnect");
        assertThat(events.get(1)).isEqualTo("connection");
    }

    @Test
    @Checklist("AS 52")
    void socketReportsRemoteAddress() throws Exception {
        SocketServer server = listening(options());
        RawPeer peer = connect(server);
        Socket socket = next();
        assertThat(socket.remoteHost()).isEqualTo("127.0.0.1");
        assertThat(socket.remotePort()).isEqualTo(peer.port());
    }

    @Test
    @Checklist("AS 53")
    void sendReachesOnlyItsPeer() throws Exception {
        SocketServer server = listening(options().send(DataType.BYTE));
        RawPeer first = connect(server);
        Socket toFirst = next();
        RawPeer second = connect(server);
        Socket toSecond = next();
        assertThat(server.connections()).containsExactlyInAnyOrder(toFirst, toSecond);
        toFirst.send(1);
        toSecond.send(2);
        assertThat(first.read(1)).isEqualTo("01");
        assertThat(second.read(1)).isEqualTo("02");
    }

    @Test
    @Checklist("AS 54")
    void closingOneSocketKeepsOthersOpen() throws Exception {
        SocketServer server = listening(options());
        RawPeer first = connect(server);
        Socket toFirst = next();
        EventRecorder closed = new EventRecorder();
        closed.record(toFirst);
        RawPeer second = connect(server);
        Socket toSecond = next();
        toFirst.close();
        assertThat(first.readToEnd()).isEmpty();
        closed.await("disconnect");
        assertThat(toFirst.isConnected()).isFalse();
        assertThat(toFirst.send("x")).isFalse();
        assertThat(closed.await(2)).containsExactly("disconnect", "error Socket is closed. Cannot send data.");
        toSecond.send("y");
        assertThat(second.read(1)).isEqualTo("79");
        connect(server);
        next();
    }

    @Test
    @Checklist("AS 55")
    void closeEndsAllSocketsAndReleasesPort() throws Exception {
        SocketServer server = listening(options());
        RawPeer first = connect(server);
        RawPeer second = connect(server);
        EventRecorder closed = new EventRecorder();
        closed.record(next());
        closed.record(next());
        server.close();
        assertThat(first.readToEnd()).isEmpty();
        assertThat(second.readToEnd()).isEmpty();
        first.close();
        second.close();
        Await.value(server.closed());
        assertThat(closed.events()).containsExactly("disconnect", "disconnect");
        try (ServerSocket again = new ServerSocket()) {
            again.setReuseAddress(true);
            again.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
        }
        server.close();
        Await.value(SocketServer.builder(0).build().closeGracefully(Duration.ZERO));
    }

    @Test
    @Checklist("AS 56")
    void listenFailsOnUsedPortAndMayBeRetried() throws Exception {
        ServerSocket other = RawPeer.listen();
        SocketServer server =
                SocketServer.builder(RawPeer.HOST, other.getLocalPort()).build();
        open.add(server);
        server.onError(error -> seen.add(String.valueOf(error.getMessage())));
        assertThat(Await.failure(server.listen()))
                .isInstanceOf(TransportException.class)
                .hasMessageStartingWith("Failed to start server listening: ")
                .satisfies(
                        error -> assertThat(((TransportException) error).code()).isEqualTo("EADDRINUSE"));
        assertThat(seen.await(1).getFirst()).startsWith("Failed to start server listening: ");
        other.close();
        Await.value(server.listen());
        assertThat(server.port()).isEqualTo(other.getLocalPort());
    }

    @Test
    void disconnectionEventFollowsSocketAndPrecedesClose() throws Exception {
        SocketServer server = listening(options());
        server.onConnection(seen::record);
        server.onDisconnection((socket, reason) ->
                seen.add("disconnection " + reason.getClass().getSimpleName()));
        server.onClose(() -> seen.add("close"));
        connect(server).end();
        seen.await("disconnection Remote");
        server.close();
        Await.value(server.closed());
        assertThat(seen.events())
                .containsExactly("listening port", "connection", "disconnect", "disconnection Remote", "close");
    }

    @Test
    @Checklist("AS 57")
    void resetAffectsOnlyItsSocket() throws Exception {
        SocketServer server = listening(options());
        RawPeer first = connect(server);
        EventRecorder broken = new EventRecorder();
        broken.record(next());
        RawPeer second = connect(server);
        EventRecorder whole = new EventRecorder();
        whole.record(next());
        first.reset();
        List<String> events = broken.await("disconnect");
        assertThat(events.stream().filter("disconnect"::equals)).hasSize(1);
        assertThat(events).hasSizeLessThanOrEqualTo(2);
        second.send("61");
        assertThat(whole.await(1)).containsExactly("'a'");
    }

    @Test
    void peerReceivesAnswersAfterEndingOutput() throws Exception {
        SocketServer server = listening(options().linger(Duration.ofSeconds(5)));
        server.onConnection(socket -> socket.onText(text -> socket.send(text + "!")));
        RawPeer peer = connect(server);
        peer.send("61").end();
        assertThat(peer.readToEnd()).isEqualTo("6121");
    }

    @Test
    void connectionsBeyondMaxConnectionsAreClosed() throws Exception {
        SocketServer server = listening(options().maxConnections(1));
        connect(server);
        next();
        assertThat(connect(server).readToEnd()).isEmpty();
        seen.await(events -> events.stream().anyMatch(event -> event.contains("1 connections are open")));
        assertThat(server.stats().drops()).containsEntry(DropReason.TOO_MANY_CONNECTIONS, 1L);
    }

    @Test
    void rejectionsAreReportedAgainAfterAnAcceptedConnection() throws Exception {
        List<Throwable> rejections = new CopyOnWriteArrayList<>();
        SocketServer server = options().maxConnections(1).build();
        open.add(server);
        server.onError(rejections::add);
        Await.value(server.listen());
        for (int round = 1; round <= 2; round++) {
            RawPeer first = RawPeer.connect(server.port());
            Awaitility.await().until(() -> server.stats().connections() == 1);
            for (int i = 0; i < 3; i++) {
                assertThat(connect(server).readToEnd()).isEmpty();
            }
            int expected = round;
            Awaitility.await().until(() -> rejections.size() == expected);
            first.close();
            Awaitility.await().until(() -> server.stats().connections() == 0);
        }
    }

    @Test
    void unhandledSocketErrorReachesServerListener() throws Exception {
        SocketServer server = listening(options().receive(DataType.INT).framed());
        RawPeer peer = connect(server);
        Socket socket = next();
        peer.send("00");
        seen.await("server error Expect to receive type INT, but received an insufficient number of bytes: 0");
        socket.onError(error -> seen.add("own"));
        peer.send("00");
        seen.await("own");
    }

    @Test
    void throwingListenerIsReportedAndNextIsCalled() throws Exception {
        SocketServer server = listening(options());
        server.onConnection(socket -> {
            socket.onData(value -> {
                throw new IllegalStateException("my fault");
            });
            socket.onData(value -> seen.add("second " + value));
        });
        connect(server).send("61");
        List<String> events = seen.await("second a");
        assertThat(events).contains("server error my fault");
    }
}
