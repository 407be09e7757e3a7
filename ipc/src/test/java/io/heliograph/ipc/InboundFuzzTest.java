package io.heliograph.ipc;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;

/**
 * Any bytes in any pieces lead to messages, then perhaps to one decode error and silence; other clients never notice.
 * Run with {@code JAZZER_FUZZ=1} to search, otherwise on its collected inputs.
 */
class InboundFuzzTest {

    private static final int LIMIT = 200;

    @FuzzTest(maxDuration = "30s")
    void anyBytesAreMessagesOrOneError(FuzzedDataProvider data) {
        Memory memory = new Memory();
        Recorded<IpcServer> server =
                memory.listening(memory.server().maxMessageBytes(LIMIT).maxDepth(10));
        RawPeer other = memory.connect();
        RawPeer peer = memory.connect();
        int pieces = data.consumeInt(1, 20);
        for (int i = 0; i < pieces && data.remainingBytes() > 0; i++) {
            peer.send(data.consumeBytes(data.consumeInt(0, 2 * LIMIT)));
        }
        peer.send(data.consumeRemainingAsBytes());
        boolean failed = !server.errors.isEmpty();
        if (failed) {
            assertThat(server.errors).hasSize(1);
            assertThat(server.errors.getFirst()).isInstanceOf(DecodeException.class);
            assertThat(server.events.subList(server.events.size() - 2, server.events.size()))
                    .containsExactly("error DecodeError", "disconnect Failed");
        }
        int before = server.events.size();
        peer.send("{\"topic\":\"late\"}|");
        if (failed) {
            assertThat(server.events).hasSize(before);
        }
        other.send("{\"topic\":\"other\",\"message\":1}|");
        assertThat(server.events).last().isEqualTo("message other 1");
        assertThat(Arrays.asList(server.clients.getFirst())).isSubsetOf(server.endpoint.clients());
        server.endpoint.close();
        memory.run();
    }
}
