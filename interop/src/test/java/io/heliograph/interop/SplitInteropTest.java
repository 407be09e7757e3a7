package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Address;
import io.heliograph.ipc.IpcConnection;
import io.heliograph.testkit.Checklist;
import io.heliograph.testkit.FaultProxy;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Traffic between the npm package and Java in chunks, down to single bytes. */
class SplitInteropTest {

    private static final String TEXT = "w\u00f6rld\ud83d\ude00\u20ac\u0000\u0000";

    @RegisterExtension
    final InteropScratch scratch = new InteropScratch();

    private FaultProxy proxy;

    @BeforeEach
    void listen() throws IOException {
        proxy = scratch.closing(
                FaultProxy.listen(new Address.Unix(scratch.path("p")), new Address.Unix(scratch.path("s"))));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    @Checklist({"IPC 8", "IPC 9"})
    void serverDecodesSplitMessagesOfNpmClient(int chunkSize) {
        proxy.split(chunkSize);
        RecordedServer server = scratch.server(scratch.path("s"));
        PeerProcess client = scratch.npmClient(scratch.path("p"));
        IpcConnection connected = server.awaitClient();

        for (int i = 0; i < 50; i++) {
            client.command("send", "topic", TEXT + i, "message", TEXT);
            connected.send(TEXT + i, TEXT);
        }

        for (int i = 0; i < 50; i++) {
            assertThat(server.awaitMessage(TEXT + i).value()).isEqualTo(TEXT);
            assertThat(client.awaitMessage(TEXT + i).get("message")).isEqualTo(TEXT);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    @Checklist({"IPC 8", "IPC 9"})
    void clientDecodesSplitMessagesOfNpmServer(int chunkSize) {
        proxy.split(chunkSize);
        scratch.npmServer(scratch.path("s"), "echo", true);
        RecordedClient client = scratch.client(scratch.path("p"));
        client.next("connect");

        for (int i = 0; i < 50; i++) {
            client.client.send(TEXT + i, TEXT);
        }

        for (int i = 0; i < 50; i++) {
            Event message = client.next("message");
            assertThat(message.topic()).isEqualTo(TEXT + i);
            assertThat(message.value()).isEqualTo(TEXT);
        }
        assertThat(proxy.recorded(FaultProxy.Direction.TO_CLIENT))
                .isEqualTo(proxy.recorded(FaultProxy.Direction.TO_SERVER));
    }
}
