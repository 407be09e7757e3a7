package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Overflow;
import io.heliograph.ipc.IpcConnection;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Server with limits, and a {@link Witness} that verifies throughout a test that other clients are unaffected. */
abstract class WitnessedServer {

    static final int MAX_MESSAGE = 1 << 20;
    static final int MAX_QUEUE = 1 << 20;
    static final int MAX_CLIENTS = 100;

    /** Limit of the bytes in socket buffers and in pending reads and writes. */
    static final long IN_FLIGHT = 4 * Memory.MIB;

    @RegisterExtension
    final InteropScratch scratch = new InteropScratch();

    Path socket;
    RecordedServer server;
    Witness witness;
    IpcConnection witnessed;

    @BeforeEach
    void openWithWitness() throws IOException {
        open("s", Overflow.CLOSE);
    }

    final void open(String name, Overflow slowConsumer) throws IOException {
        socket = scratch.path(name);
        server = scratch.unstartedServer(
                socket,
                builder -> builder.maxMessageBytes(MAX_MESSAGE)
                        .maxQueuedBytes(MAX_QUEUE)
                        .slowConsumer(slowConsumer)
                        .maxConnections(MAX_CLIENTS));
        server.server.topic("ping").on((payload, client) -> client.send("pong", payload.value()));
        server.listen();
        witness = scratch.closing(Witness.at(socket));
        witnessed = server.awaitClient();
    }

    @AfterEach
    void witnessIsUnaffected() {
        witness.assertUndisturbed();
        assertThat(server.server.connection(witnessed.id())).isPresent();
    }
}
