package io.heliograph.realtime.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.realtime.RealtimeClient;
import io.heliograph.testkit.Checklist;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClientBatchTest {

    private ScriptedClient scripted = new ScriptedClient();

    private void with(Consumer<RealtimeClient.Builder> options) {
        scripted.close();
        scripted = new ScriptedClient(options);
    }

    @AfterEach
    void close() {
        scripted.close();
    }

    @Test
    @Checklist({"SC 168", "SC 170", "SC 171"})
    void packetsAfterHandshakeFormOneBatch() {
        with(options -> options.batchOnHandshake(true));
        scripted.client.subscribe("a");
        scripted.client.subscribe("b");
        scripted.client.transmit("x", 1);
        ScriptedLink link = scripted.server.link().open();
        link.nothing();
        scripted.server.advance(Duration.ofMillis(50));

        assertThat(link.all())
                .containsExactly(
                        "[{\"event\":\"#subscribe\",\"data\":{\"channel\":\"a\",\"since\":\"\"},\"cid\":2},{\"event\":\"#subscribe\",\"data\":{\"channel\":\"b\",\"since\":\"\"},\"cid\":3},{\"event\":\"x\",\"data\":1}]");
        scripted.client.transmit("y", 2);
        scripted.server.advance(Duration.ofMillis(50));
        assertThat(link.all()).containsExactly("[{\"event\":\"y\",\"data\":2}]");
        scripted.client.transmit("z", 3);
        assertThat(link.all()).containsExactly("{\"event\":\"z\",\"data\":3}");
    }

    @Test
    @Checklist("SC 171")
    void batchIsCollectedUntilFlush() {
        ScriptedLink link = scripted.open();
        scripted.client.startBatch();
        scripted.client.transmit("one", 1);
        scripted.client.invoke("two", 2);
        link.nothing();
        scripted.client.flushBatch();
        assertThat(link.all())
                .containsExactly("[{\"event\":\"one\",\"data\":1},{\"event\":\"two\",\"data\":2,\"cid\":2}]");
        scripted.client.startBatch();
        scripted.client.flushBatch();
        link.nothing();
        scripted.client.startBatch();
        scripted.client.transmit("three", 3);
        scripted.client.cancelBatch();
        scripted.client.transmit("four", 4);
        assertThat(link.all()).containsExactly("{\"event\":\"four\",\"data\":4}");
    }

    @Test
    void batchingContinuesAfterReconnect() {
        // 9.6
        scripted.open();
        scripted.client.startBatching();
        scripted.client.transmit("lost", 1);
        scripted.client.reconnect();
        ScriptedLink link = scripted.server.link().open();
        scripted.client.transmit("kept", 2);
        link.nothing();
        scripted.server.advance(Duration.ofMillis(50));
        assertThat(link.all()).containsExactly("[{\"event\":\"kept\",\"data\":2}]");
        scripted.client.transmit("last", 3);
        scripted.client.stopBatching();
        assertThat(link.all()).containsExactly("[{\"event\":\"last\",\"data\":3}]");
        scripted.client.transmit("single", 4);
        assertThat(link.all()).containsExactly("{\"event\":\"single\",\"data\":4}");
    }

    @Test
    void handshakeBatchEndsWithItsConnection() {
        // Q22, improved
        with(options -> options.batchOnHandshake(true));
        scripted.client.connect();
        scripted.server.link().open();
        scripted.server.advance(Duration.ofMillis(60));
        scripted.client.reconnect();
        ScriptedLink link = scripted.server.link().open();
        scripted.server.advance(Duration.ofMillis(60));
        scripted.client.transmit("x", 1);
        link.nothing();
        scripted.server.advance(Duration.ofMillis(40));
        assertThat(link.all()).containsExactly("[{\"event\":\"x\",\"data\":1}]");
    }

    @Test
    void handshakeIsNeverBatched() {
        scripted.client.startBatching();
        scripted.client.connect();

        assertThat(scripted.server.link().next()).startsWith("{\"event\":\"#handshake\"");
    }

    @Test
    void responsesAreBatched() {
        scripted.client.onProcedure("echo", Object.class, data -> data);
        ScriptedLink link = scripted.open();
        scripted.client.startBatch();
        link.receive("[{\"event\":\"echo\",\"data\":1,\"cid\":1},{\"event\":\"echo\",\"cid\":2}]");
        scripted.client.flushBatch();

        assertThat(link.all()).containsExactly("[{\"rid\":1,\"data\":1},{\"rid\":2,\"data\":null}]");
    }

    @Test
    void closeSendsCollectedBatch() {
        ScriptedLink link = scripted.open();
        scripted.client.startBatching();
        scripted.client.transmit("last", 1);
        scripted.client.close();

        assertThat(link.all()).containsExactly("[{\"event\":\"last\",\"data\":1}]");
    }
}
