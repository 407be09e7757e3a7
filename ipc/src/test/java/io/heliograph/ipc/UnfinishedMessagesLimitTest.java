package io.heliograph.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.DropReason;
import io.heliograph.testkit.Await;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Limit of the messages of all clients of which a part has arrived. Over real sockets. */
class UnfinishedMessagesLimitTest {

    private static final int CLIENTS = 20;
    private static final byte[] PART = RawPeer.bytes("{\"topic\":\"t\",\"message\":\"" + "x".repeat(60_000));

    @Test
    void clientsBeyondTheSumAreDisconnected() throws Exception {
        Path file = Sockets.directory().resolve("s");
        List<SocketChannel> peers = new ArrayList<>();
        try (IpcServer server = IpcServer.builder(file)
                .maxMessageBytes(100_000)
                .maxUnfinishedBytes(1)
                .build()) {
            server.onMessage((message, client) -> client.send("answer", 1));
            Await.value(server.listen());
            for (int round = 0; round < 2; round++) {
                long before = server.stats().drops(DropReason.PENDING_BUDGET);
                for (int i = 0; i < CLIENTS; i++) {
                    SocketChannel peer = Sockets.connect(file);
                    peers.add(peer);
                    Sockets.send(peer, PART);
                }
                Awaitility.await().until(() -> server.stats().drops(DropReason.PENDING_BUDGET) >= before + CLIENTS - 3);
                // The bytes of the previous round were released.
                assertThat(server.stats().drops(DropReason.PENDING_BUDGET)).isLessThan(before + CLIENTS);

                SocketChannel honest = Sockets.connect(file);
                peers.add(honest);
                Sockets.send(honest, "{\"topic\":\"t\",\"message\":\"hi\"}|");
                assertThat(Sockets.frame(honest)).contains("answer");
                for (SocketChannel peer : peers) {
                    peer.close();
                }
                Awaitility.await().until(() -> server.stats().connections() == 0);
            }
        }
    }

    @Test
    void limitMustBePositive() {
        assertThatThrownBy(() -> IpcServer.builder(Path.of("s")).maxUnfinishedBytes(0))
                .hasMessage("maxUnfinishedBytes: 0 (expected: > 0)");
    }
}
