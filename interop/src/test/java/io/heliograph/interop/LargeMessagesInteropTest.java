package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.ipc.DecodeException;
import io.heliograph.ipc.EncodeException;
import io.heliograph.ipc.IpcConnection;
import io.heliograph.testkit.Checklist;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Messages of 10 MB, within and beyond {@code maxMessageBytes}. */
class LargeMessagesInteropTest {

    private static final String SEED = "w\u00f6rld\ud83d\ude00"; // 7 units, 10 bytes
    private static final int LENGTH = 7_000_000;
    private static final String LARGE = SEED.repeat(1_000_000);

    @RegisterExtension
    final InteropScratch scratch = new InteropScratch();

    @Test
    @Checklist("IPC 17")
    void largeMessagesPassBetweenServerAndNpmClient() throws Exception {
        RecordedServer server = scratch.server(
                scratch.path("s"), builder -> builder.maxMessageBytes(16 << 20).maxQueuedBytes(32 << 20));
        PeerProcess client = scratch.npmClient(scratch.path("s"));
        IpcConnection connected = server.awaitClient();

        client.command("fill", "topic", "up", "seed", SEED, "length", LENGTH);
        assertThat(LARGE.equals(server.awaitMessage("up").value())).isTrue();

        assertThat(connected.send("down", LARGE)).isTrue();
        assertThat(connected.send("after", 1)).isTrue();
        assertThat(client.awaitMessage("down").get("sha256")).isEqualTo(digest(LARGE));
        client.awaitMessage("after");
    }

    @Test
    @Checklist("IPC 17")
    void largeMessagesPassBetweenClientAndNpmServer() throws Exception {
        PeerProcess server = scratch.npmServer(scratch.path("s"));
        RecordedClient client = scratch.client(
                scratch.path("s"), builder -> builder.maxMessageBytes(16 << 20).maxQueuedBytes(32 << 20));
        client.next("connect");
        String id = server.await("connection").clientId();

        assertThat(client.client.send("up", LARGE)).isTrue();
        assertThat(server.awaitMessage("up").get("sha256")).isEqualTo(digest(LARGE));

        server.command("fill", "topic", "down", "seed", SEED, "length", LENGTH, "clientId", id);
        assertThat(LARGE.equals(client.awaitMessage("down").value())).isTrue();
    }

    @Test
    @Checklist("IPC 16")
    void oversizedMessageDisconnectsNpmClient() {
        RecordedServer server = scratch.server(scratch.path("s"));
        PeerProcess client = scratch.npmClient(scratch.path("s"));
        IpcConnection connected = server.awaitClient();

        client.command("fill", "topic", "up", "seed", SEED, "length", LENGTH);

        Throwable error = server.await("error").error();
        assertThat(error)
                .isInstanceOf(DecodeException.class)
                .hasMessageContaining("1048576")
                .hasMessageContaining("up");
        assertThat(((DecodeException) error).clientId()).contains(connected.id());
        client.await("disconnect");
        client.await("reconnect");
        assertThat(server.all("message")).isEmpty();
    }

    @Test
    @Checklist("IPC 16")
    void oversizedMessageIsNotSentToNpmClient() {
        RecordedServer server = scratch.server(scratch.path("s"));
        PeerProcess client = scratch.npmClient(scratch.path("s"));
        IpcConnection connected = server.awaitClient();

        assertThat(connected.send("down", LARGE)).isFalse();
        assertThat(connected.send("after", 1)).isTrue();

        assertThat(server.await("error").error())
                .isInstanceOf(EncodeException.class)
                .hasMessageContaining("down")
                .hasMessageContaining("1048576");
        client.awaitMessage("after");
        assertThat(client.all("message")).hasSize(1);
    }

    private static String digest(String text) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }
}
