package io.heliograph.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.DropReason;
import io.heliograph.testkit.Await;
import io.heliograph.transport.UnfinishedMessages;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Limit of the messages of all connections of a server of which a part has arrived. Over real sockets. */
class UnfinishedMessagesLimitTest {

    private static final int MAX = 100_000;
    private static final int PART = 60_000;
    private static final int PEERS = 20;

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private DefaultSocketServer listening(DataType type, boolean raw) {
        SocketServer server = SocketServer.builder(RawPeer.HOST, 0)
                .receive(type)
                .rawBytes(raw)
                .maxMessageBytes(MAX)
                .maxUnfinishedBytes(1)
                .build();
        open.add(server);
        server.onConnection(socket -> socket.onData(value -> socket.send("ok")));
        Await.value(server.listen());
        return (DefaultSocketServer) server;
    }

    private static UnfinishedMessages all(SocketEndpoint server) {
        return Objects.requireNonNull(server.unfinished);
    }

    private RawPeer connect(SocketServer server) throws IOException {
        RawPeer peer = RawPeer.connect(server.port());
        open.add(peer);
        return peer;
    }

    /** Connects a peer that sends a part of a message. */
    private RawPeer unfinished(SocketServer server, String head) throws IOException {
        byte[] part = new byte[PART];
        Arrays.fill(part, (byte) ' ');
        return connect(server).send(head).send(part);
    }

    @ParameterizedTest
    @CsvSource({
        "STRING, false, ff000186a0, 0161, 3",
        "DOUBLE, false, ff000186a0, 080000000000000000, 3",
        "JSON, true, 5b, 5b5d, 2",
    })
    void connectionsBeyondTheSumAreClosed(DataType type, boolean raw, String head, String message, int answer)
            throws IOException {
        DefaultSocketServer server = listening(type, raw);
        UnfinishedMessages all = all(server);
        List<RawPeer> peers = new ArrayList<>();
        for (int i = 0; i < PEERS; i++) {
            peers.add(unfinished(server, head));
        }
        int kept = (int) (all.maxBytes() / PART);
        Awaitility.await().until(() -> server.stats().drops(DropReason.PENDING_BUDGET) >= PEERS - kept);
        assertThat(all.usedBytes()).isBetween(1L, all.maxBytes());
        assertThat(connect(server).send(message).read(answer)).endsWith("6f6b");

        for (RawPeer peer : peers) {
            peer.reset();
        }
        Awaitility.await().until(() -> all.usedBytes() == 0);
    }

    @ParameterizedTest
    @CsvSource({"STRING, false, ff000186a0, 3", "JSON, true, 22, 2"})
    void longestMessageInManyReadsIsDelivered(DataType type, boolean raw, String head, int answer) throws IOException {
        DefaultSocketServer server = listening(type, raw);
        RawPeer peer = unfinished(server, head);
        Awaitility.await().until(() -> all(server).usedBytes() >= PART);
        byte[] rest = new byte[MAX - PART - (raw ? 1 : 0)];
        Arrays.fill(rest, (byte) ' ');
        rest[rest.length - 1] = '"';
        assertThat(peer.send(rest).read(answer)).endsWith("6f6b");
        Awaitility.await().until(() -> all(server).usedBytes() == 0);
    }

    @Test
    void limitMustBePositive() {
        assertThatThrownBy(() -> SocketServer.builder(RawPeer.HOST, 0).maxUnfinishedBytes(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxUnfinishedBytes: 0 (expected: > 0)");
    }
}
