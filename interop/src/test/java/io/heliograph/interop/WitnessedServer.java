package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Overflow;
import io.heliograph.ipc.IpcConnection;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A server of ours with limits, and a witness who plays ping-pong with it all the while and must notice nothing. */
abstract class WitnessedServer {

    static final int MAX_MESSAGE = 1 << 20;
    static final int MAX_QUEUE = 1 << 20;
    static final int MAX_CLIENTS = 100;

    /** Limit of the bytes in system sockets and in ongoing reads and writes. */
    static final long UNDER_WAY = 4 * Memory.MIB;

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
    void theWitnessNoticedNothing() {
        witness.assertUndisturbed();
        assertThat(server.server.connection(witnessed.id())).isPresent();
    }
}
