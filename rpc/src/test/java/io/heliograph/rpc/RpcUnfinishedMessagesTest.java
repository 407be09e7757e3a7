package io.heliograph.rpc;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.Address;
import io.heliograph.DropReason;
import io.heliograph.testkit.Await;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Limit of the messages of all connections without HTTP of which a part has arrived. Over real sockets. */
class RpcUnfinishedMessagesTest {

    private static final int MAX = 100_000;
    private static final int PART = 60_000;
    private static final int CLIENTS = 20;

    @Test
    void connectionsBeyondTheSumAreClosed(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("rpc.sock");
        Address address = new Address.Unix(file);
        List<SocketChannel> peers = new ArrayList<>();
        try (RpcServer server = RpcServer.builder()
                .listenOn(address)
                .maxMessageBytes(MAX)
                .maxUnfinishedBytes(1)
                .build()) {
            server.method("hi").handle(params -> "there");
            Await.value(server.listen());
            for (int round = 0; round < 2; round++) {
                long before = server.stats().drops(DropReason.PENDING_BUDGET);
                for (int i = 0; i < CLIENTS; i++) {
                    SocketChannel peer = SocketChannel.open(UnixDomainSocketAddress.of(file));
                    peers.add(peer);
                    ByteBuffer part = ByteBuffer.allocate(4 + PART).putInt(0, MAX);
                    while (part.hasRemaining()) {
                        peer.write(part);
                    }
                }
                Awaitility.await().until(() -> server.stats().drops(DropReason.PENDING_BUDGET) >= before + CLIENTS - 3);
                // The bytes of the previous round were released.
                assertThat(server.stats().drops(DropReason.PENDING_BUDGET)).isLessThan(before + CLIENTS);

                try (RawSocket honest = RawSocket.open(address)) {
                    honest.send("{\"jsonrpc\":\"2.0\",\"method\":\"hi\",\"id\":1}".getBytes(US_ASCII));
                    assertThat(honest.next().utf8()).contains("there");
                }
                for (SocketChannel peer : peers) {
                    peer.close();
                }
            }
            server.close();
            Await.value(server.closed()); // removes the socket file before its directory is deleted
        }
    }

    @Test
    void limitMustBePositive() {
        assertThatThrownBy(() -> RpcServer.builder().maxUnfinishedBytes(0))
                .hasMessage("maxUnfinishedBytes: 0 (expected: > 0)");
    }
}
