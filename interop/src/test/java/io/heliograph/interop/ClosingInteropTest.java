package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.ipc.IpcConnection;
import io.heliograph.ipc.SendAfterCloseException;
import io.heliograph.testkit.Checklist;
import io.heliograph.testkit.EventLog;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Orderly close of either end: the other end disconnects after receiving all messages. */
class ClosingInteropTest {

    private static final int MESSAGES = 1000;

    @RegisterExtension
    final InteropScratch scratch = new InteropScratch();

    private Path socket = Path.of("");

    @BeforeEach
    void chooseSocket() {
        socket = scratch.path("s");
    }

    @Test
    @Checklist("IPC 51")
    void npmServerCloseDisconnectsClient() {
        PeerProcess server = scratch.npmServer(socket);
        RecordedClient client = scratch.client(socket);
        client.next("connect");
        server.await("connection");

        server.command("close");

        server.await("closed");
        server.await("close");
        client.next("disconnect");
        assertThat(client.all("error")).isEmpty();
    }

    @Test
    @Checklist("IPC 52")
    void npmClientCloseDeliversItsMessages() {
        RecordedServer server = scratch.server(socket);
        PeerProcess client = scratch.npmClient(socket);
        IpcConnection connected = server.awaitClient();
        client.next("connect");

        client.command("burst", "topic", "up", "count", MESSAGES);
        client.command("close");

        client.next("closed");
        client.next("close");
        for (long i = 0; i < MESSAGES; i++) {
            assertThat(server.next("message").value()).isEqualTo(i);
        }
        server.next("disconnect");
        assertThat(server.server.connection(connected.id())).isEmpty();
        assertThat(server.all("error")).isEmpty();
    }

    @Test
    @Checklist({"IPC 31", "IPC 32"})
    void serverCloseFlushesToNpmClient() {
        RecordedServer server = scratch.server(socket);
        PeerProcess client = scratch.npmClient(socket);
        IpcConnection connected = server.awaitClient();
        client.next("connect");

        for (int i = 0; i < MESSAGES; i++) {
            assertThat(connected.send("down", i)).isTrue();
        }
        server.server.close();
        assertThat(connected.send("late", 1)).isFalse();

        for (int i = 0; i < MESSAGES; i++) {
            assertThat(client.next("message").get("message")).isEqualTo(i);
        }
        client.next("disconnect");
        assertThat(server.await("error").error()).isInstanceOf(SendAfterCloseException.class);
        server.await("close");
        assertThat(server.server.closed()).succeedsWithin(EventLog.DEADLINE);
        assertThat(Files.exists(socket)).isFalse();
    }

    @Test
    @Checklist({"IPC 47", "IPC 50"})
    void clientCloseFlushesToNpmServer() {
        PeerProcess server = scratch.npmServer(socket);
        RecordedClient client = scratch.client(socket);
        client.next("connect");
        server.next("connection");

        for (int i = 0; i < MESSAGES; i++) {
            assertThat(client.client.send("up", i)).isTrue();
        }
        client.client.close();
        assertThat(client.client.send("late", 1)).isFalse();

        for (int i = 0; i < MESSAGES; i++) {
            assertThat(server.next("message").get("message")).isEqualTo(i);
        }
        server.next("end");
        server.next("disconnection");
        assertThat(client.next("error").error()).isInstanceOf(SendAfterCloseException.class);
        client.next("close");
        assertThat(client.names()).doesNotContain("disconnect", "reconnect");
    }

    @Test
    @Checklist("IPC 47")
    void inFlightMessagesReachClosingClient() {
        PeerProcess server = scratch.npmServer(socket);
        RecordedClient client = scratch.client(socket);
        client.next("connect");
        String id = server.await("connection").clientId();

        server.command("burst", "topic", "down", "count", MESSAGES, "clientId", id);
        client.next("message");
        client.client.close();

        client.await("close");
        // All of them were written before the server could see the end of the stream.
        assertThat(client.all("message")).hasSize(MESSAGES);
    }

    @Test
    void stalledPeerDelaysCloseByTimeoutAtMost() {
        RecordedServer server = scratch.server(socket);
        PeerProcess client = scratch.npmClient(socket);
        IpcConnection connected = server.awaitClient();
        client.suspend();
        for (int i = 0; i < 20; i++) {
            connected.send("data", "x".repeat(100_000));
        }

        assertThat(server.server.closeGracefully(Duration.ofMillis(200))).succeedsWithin(EventLog.DEADLINE);

        server.await("close");
        client.resume();
        client.await("disconnect");
    }

    @Test
    void bothEndsMayCloseConcurrently() {
        RecordedServer server = scratch.server(socket);
        PeerProcess client = scratch.npmClient(socket);
        server.awaitClient();
        client.next("connect");

        client.command("close");
        server.server.close();

        client.next("closed");
        client.next("close");
        server.await("close");
    }
}
