package io.heliograph.realtime.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.Address;
import io.heliograph.DropReason;
import io.heliograph.realtime.RealtimeClient;
import io.heliograph.testkit.Checklist;
import io.heliograph.testkit.FaultProxy;
import io.heliograph.transport.WebSocketOptions.Compression;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Messages that are compressed between servers and clients, where both want it. */
class CompressionTest {

    private static final String LARGE = "a long text ".repeat(20_000);

    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true"})
    void messagesAreCompressedIfBothSidesNegotiateIt(boolean server, boolean client) throws Exception {
        try (var fixture = ServerFixture.listening(options -> {
                    if (server) {
                        options.compression(Compression.defaults());
                    }
                });
                var proxy = FaultProxy.listen(new Address.Tcp("127.0.0.1", 0), fixture.server.address())) {
            fixture.server.onConnection(socket -> socket.onProcedure("echo", String.class, text -> text));
            RealtimeClient.Builder options =
                    RealtimeClient.builder(URI.create("ws://127.0.0.1:" + ((Address.Tcp) proxy.address()).port()));
            if (client) {
                options.compression(Compression.defaults());
            }
            try (RealtimeClient echoed = options.build()) {
                assertThat(echoed.invoke("echo", LARGE, String.class).get(RawPeer.DEADLINE, TimeUnit.SECONDS))
                        .isEqualTo(LARGE);
            }
            for (FaultProxy.Direction direction : FaultProxy.Direction.values()) {
                if (server && client) {
                    assertThat(proxy.recorded(direction)).hasSizeLessThan(LARGE.length() / 20);
                } else {
                    assertThat(proxy.recorded(direction)).hasSizeGreaterThan(LARGE.length());
                }
            }
        }
    }

    @Test
    @Checklist("SC 9")
    void decompressionBombClosesConnection() throws IOException {
        try (var fixture = ServerFixture.listening(options -> options.compression(Compression.defaults()))
                        .witnessed();
                WirePeer peer = WirePeer.connect(fixture.server.port())) {
            peer.send(WirePeer.UPGRADE.replace("Host", "Sec-WebSocket-Extensions: permessage-deflate\r\nHost"));
            assertThat(peer.head()).contains("Sec-WebSocket-Extensions: permessage-deflate");
            byte[] bomb = bomb(800);
            assertThat(bomb).hasSizeLessThan(1 << 20); // the longest message, as it comes
            // A close frame of two bytes, which are 1009.
            assertThat(peer.frame(0xc1, bomb).rest()).containsExactly(0x88, 2, 0x03, 0xf1);
            await().until(() -> fixture.server.pendingConnectionCount() == 0);
            assertThat(fixture.server.stats().drops()).containsEntry(DropReason.MESSAGE_TOO_LONG, 1L);
        }
    }

    /** So many MiB of spaces, in a message that is short enough as it comes. */
    private static byte[] bomb(int mebibytes) {
        Deflater deflater = new Deflater(9, true);
        try {
            byte[] spaces = " ".repeat(1 << 20).getBytes(UTF_8);
            deflater.setInput(spaces);
            byte[] block = new byte[8192];
            int length = deflater.deflate(block, 0, block.length, Deflater.SYNC_FLUSH);
            ByteArrayOutputStream bomb = new ByteArrayOutputStream();
            for (int i = 0; i < mebibytes; i++) {
                // Blocks that end at a byte and look back at their own text only may follow one
                // another.
                bomb.write(block, 0, length);
            }
            return bomb.toByteArray();
        } finally {
            deflater.end();
        }
    }
}
