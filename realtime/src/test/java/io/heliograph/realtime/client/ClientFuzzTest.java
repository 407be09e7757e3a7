package io.heliograph.realtime.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.SocketState;
import java.nio.charset.StandardCharsets;

/** Client with a server that sends arbitrary bytes. */
class ClientFuzzTest {

    @FuzzTest(maxDuration = "10s")
    void arbitraryInputKeepsClientRunning(byte[] bytes) {
        try (ScriptedClient scripted = new ScriptedClient()) {
            ScriptedLink link = scripted.open();
            scripted.client.subscribe("news");
            scripted.client.onProcedure("echo", Object.class, data -> data);
            link.receive(Frame.of(bytes.clone()).asText());
            link.receive(Frame.utf8("[" + new String(bytes, StandardCharsets.UTF_8) + ",1]")
                    .asText());
            link.receive(
                    Frame.utf8("{\"event\":\"#publish\",\"data\":" + new String(bytes, StandardCharsets.UTF_8) + "}")
                            .asText());
            link.all();
            link.receive("{\"event\":\"echo\",\"data\":1,\"cid\":99}");

            assertThat(link.all()).containsExactly("{\"rid\":99,\"data\":1}");
            assertThat(scripted.client.state()).isEqualTo(SocketState.OPEN);
        }
    }
}
