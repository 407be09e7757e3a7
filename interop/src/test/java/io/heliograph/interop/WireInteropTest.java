package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.testkit.Checklist;
import java.nio.channels.ServerSocketChannel;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Equality of the bytes that both implementations send. */
class WireInteropTest {

    /** {"topic":"hello","message":"world"} */
    private static final byte[] HELLO = HexFormat.ofDelimiter(" ")
            .parseHex("7b 22 74 6f 70 69 63 22 3a 22 68 65 6c 6c 6f 22 2c 22 6d 65 73 73 61 67 65 22 3a"
                    + " 22 77 6f 72 6c 64 22 7d 00 00");

    /** The same with non-ASCII and astral characters. */
    private static final byte[] UNICODE = HexFormat.ofDelimiter(" ")
            .parseHex("7b 22 74 6f 70 69 63 22 3a 22 68 65 6c 6c 6f 22 2c 22 6d 65 73 73 61 67 65 22 3a"
                    + " 22 77 c3 b6 72 6c 64 f0 9f 98 80 22 7d 00 00");

    private static final String WORLD = "w\u00f6rld\ud83d\ude00";

    @RegisterExtension
    final InteropScratch scratch = new InteropScratch();

    @Test
    @Checklist({"IPC 1", "IPC 2"})
    void clientSendsSameBytesAsNpmClient() throws Exception {
        ServerSocketChannel server = scratch.closing(UnixPeer.listen(scratch.path("s")));
        RecordedClient client = scratch.client(scratch.path("s"));
        UnixPeer peer = scratch.closing(UnixPeer.accept(server));
        client.next("connect");

        client.client.send("hello", "world");
        client.client.send("hello", WORLD);
        client.client.send("", null);

        assertThat(peer.read(HELLO.length)).isEqualTo(HELLO);
        assertThat(peer.read(UNICODE.length)).isEqualTo(UNICODE);
        assertThat(peer.readFrame()).isEqualTo("{\"topic\":\"none\",\"message\":null}");
    }

    @Test
    @Checklist({"IPC 1", "IPC 2"})
    void npmClientSendsSpecifiedBytes() throws Exception {
        ServerSocketChannel server = scratch.closing(UnixPeer.listen(scratch.path("s")));
        PeerProcess client = scratch.npmClient(scratch.path("s"));
        UnixPeer peer = scratch.closing(UnixPeer.accept(server));
        client.await("connect");

        client.command("send", "topic", "hello", "message", "world");
        client.command("send", "topic", "hello", "message", WORLD);

        assertThat(peer.read(HELLO.length)).isEqualTo(HELLO);
        assertThat(peer.read(UNICODE.length)).isEqualTo(UNICODE);
    }

    @Test
    @Checklist({"IPC 1", "IPC 2"})
    void serverSendsSameBytesAsNpmServer() throws Exception {
        RecordedServer server = scratch.server(scratch.path("s"));
        UnixPeer peer = scratch.closing(UnixPeer.connect(scratch.path("s")));
        server.awaitClient().send("hello", "world");
        server.server.broadcast("hello", WORLD);

        assertThat(peer.read(HELLO.length)).isEqualTo(HELLO);
        assertThat(peer.read(UNICODE.length)).isEqualTo(UNICODE);
    }

    @Test
    @Checklist({"IPC 8", "IPC 9"})
    void serverReassemblesSplitCharactersAndDelimiters() throws Exception {
        RecordedServer server = scratch.server(scratch.path("s"));
        server.server.topic("ping").on((payload, client) -> client.send("pong", payload.value()));
        UnixPeer peer = scratch.closing(UnixPeer.connect(scratch.path("s")));
        server.awaitClient();
        UnixPeer other = scratch.closing(UnixPeer.connect(scratch.path("s")));
        server.awaitClient();

        for (int round = 0; round < 2; round++) {
            for (byte one : UNICODE) {
                peer.write(one);
                // The event loop of the server reads the byte before the ping.
                other.write("{\"topic\":\"ping\",\"message\":1}\0\0");
                other.readFrame();
            }
        }

        assertThat(server.awaitMessage("hello").value()).isEqualTo(WORLD);
        assertThat(server.awaitMessage("hello").value()).isEqualTo(WORLD);
        assertThat(server.all("error")).isEmpty();
    }

    @Test
    @Checklist({"IPC 8", "IPC 9"})
    void clientReassemblesSingleBytes() throws Exception {
        ServerSocketChannel server = scratch.closing(UnixPeer.listen(scratch.path("s")));
        RecordedClient client = scratch.client(scratch.path("s"));
        UnixPeer peer = scratch.closing(UnixPeer.accept(server));

        for (int round = 0; round < 20; round++) {
            for (byte one : UNICODE) {
                peer.write(one);
            }
            assertThat(client.awaitMessage("hello").value()).isEqualTo(WORLD);
        }
        assertThat(client.all("error")).isEmpty();
    }
}
