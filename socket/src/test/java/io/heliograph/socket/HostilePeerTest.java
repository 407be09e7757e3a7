package io.heliograph.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.testkit.Await;
import io.heliograph.testkit.Checklist;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Peers that send malformed data or half-close; other peers, connected before and after, are unaffected. */
class HostilePeerTest {

    private static final int LIMIT = 100_000;
    private static final String OK = "026f6b";

    private final List<AutoCloseable> open = new ArrayList<>();
    private final EventRecorder seen = new EventRecorder();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    /** Starts a server that answers every value with a framed "ok". */
    private SocketServer answering(DataType type, boolean raw) {
        SocketServer server = SocketServer.builder(RawPeer.HOST, 0)
                .receive(type)
                .rawBytes(raw)
                .maxMessageBytes(LIMIT)
                .linger(Duration.ofSeconds(1))
                .build();
        open.add(server);
        server.onConnection(socket -> socket.onData(value -> socket.send("ok")));
        server.onError(error -> seen.add("error " + error.getMessage()));
        Await.value(server.listen());
        return server;
    }

    private RawPeer connect(SocketServer server) throws IOException {
        RawPeer peer = RawPeer.connect(server.port());
        open.add(peer);
        return peer;
    }

    @ParameterizedTest
    @CsvSource({
        "STRING, ffffffffff, 0161, error frame of 4294967295 bytes (expected: at most 100000)",
        "STRING, ff80000000, 0161, error frame of 2147483648 bytes (expected: at most 100000)",
        "STRING, ff000186a1, 0161, error frame of 100001 bytes (expected: at most 100000)",
        "STRING, ff000186a0616263, 0161, 'error the connection ended inside a message after 3 bytes'",
        "INT, 03010203, 0400000001, 'error Expect to receive type INT, but received an insufficient number of bytes: 3'",
        "JSON, 015b, 0131, error Received corrupted JSON: ",
        "IMAGE, 03616263, GIF, error Received corrupted image.",
        "IMAGE, BOMB, GIF, error image of 65535 by 65535 pixels (expected: at most 33554432 pixels)",
    })
    @Checklist({"AS 23", "AS 25", "AS 35"})
    void malformedFramesDoNotAffectOtherPeers(DataType type, String malformed, String valid, String error)
            throws Exception {
        SocketServer server = answering(type, false);
        RawPeer other = connect(server);
        assertThat(other.send(message(valid)).read(3)).isEqualTo(OK);

        connect(server).send(message(malformed)).end();

        seen.await(events -> events.stream().anyMatch(event -> event.startsWith(error)));
        assertThat(other.send(message(valid)).read(3)).isEqualTo(OK);
        assertThat(connect(server).send(message(valid)).read(3)).isEqualTo(OK);
    }

    private static String message(String name) {
        return switch (name) {
            // One black pixel, and a file that declares the maximum size of the format.
            case "GIF" -> "23 474946383961 01000100 800000 000000ffffff 2c 0000000001000100 00 02 02 4401 00 3b";
            case "BOMB" -> "17 474946383961 ffffffff 000000 2c 00000000ffffffff 00";
            default -> name;
        };
    }

    @Test
    void unterminatedJsonDoesNotAffectOtherPeers() throws Exception {
        SocketServer server = answering(DataType.JSON, true);
        RawPeer other = connect(server);
        assertThat(other.send("5b5d").read(2)).isEqualTo("6f6b");

        RawPeer endless = connect(server);
        for (int i = 0; i <= LIMIT; i += 1000) {
            endless.send("5b".repeat(1000));
        }

        seen.await(events -> events.stream().anyMatch(event -> event.contains("100000")));
        assertThat(other.send("5b5d").read(2)).isEqualTo("6f6b");
    }

    @Test
    void announcedLengthsAllocateNoMemory() throws Exception {
        SocketServer server = SocketServer.builder(RawPeer.HOST, 0)
                .framed()
                .maxMessageBytes(1 << 30)
                .build();
        open.add(server);
        server.onConnection(socket -> socket.onText(socket::send));
        Await.value(server.listen());
        // Each announces one gigabyte.
        for (int i = 0; i < 100; i++) {
            connect(server).send("ff40000000 61");
        }
        assertThat(connect(server).send("0161").read(2)).isEqualTo("0161");
    }

    @Test
    void halfClosedPeerIsClosedAfterLinger() throws Exception {
        SocketServer server = answering(DataType.STRING, false);
        EventRecorder socket = new EventRecorder();
        server.onConnection(socket::record);
        RawPeer peer = connect(server);
        peer.send("0161").end();
        socket.await("disconnect");
        assertThat(peer.readToEnd()).isEqualTo(OK);
    }

    @Test
    void halfClosedServerReceivesAnswers() throws Exception {
        try (ServerSocket listening = RawPeer.listen();
                SocketClient client = client(listening)) {
            client.onText(text -> client.send(text + "!"));
            client.connect();
            try (RawPeer peer = RawPeer.accept(listening)) {
                peer.send("0161").end();
                assertThat(peer.readToEnd()).isEqualTo("026121");
            }
            Await.value(client.closed());
            assertThat(seen.events()).containsExactly("connect", "'a'", "disconnect", "close");
        }
    }

    @Test
    void halfClosedServerIsClosedAfterLinger() throws Exception {
        try (ServerSocket listening = RawPeer.listen();
                SocketClient client = client(listening)) {
            client.connect();
            try (RawPeer peer = RawPeer.accept(listening)) {
                peer.send("0561").end();
                seen.await("close");
            }
            assertThat(seen.events())
                    .containsExactly(
                            "connect",
                            "error the connection ended inside a message after 1 bytes",
                            "disconnect",
                            "close");
        }
    }

    private SocketClient client(ServerSocket server) {
        SocketClient client = SocketClient.builder(RawPeer.HOST, server.getLocalPort())
                .framed()
                .linger(Duration.ofSeconds(1))
                .build();
        seen.record(client);
        return client;
    }
}
