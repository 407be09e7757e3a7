package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.NotConnectedException;
import io.heliograph.ipc.IpcConnection;
import io.heliograph.ipc.SendFailure;
import io.heliograph.testkit.Checklist;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Loss of either end, by an orderly close or by kill -9, and reconnection. */
class LossInteropTest {

    @RegisterExtension
    final InteropScratch scratch = new InteropScratch();

    private Path socket = Path.of("");

    @BeforeEach
    void chooseSocket() {
        socket = scratch.path("s");
    }

    @Test
    void npmClientReconnectsAfterServerRestart() {
        RecordedServer server = scratch.server(socket);
        PeerProcess client = scratch.npmClient(socket);
        client.next("connect");
        server.awaitClient(); // an unaccepted connection would be reset

        server.closeAndWait();
        client.next("disconnect");
        client.next("connectError");
        RecordedServer successor = scratch.server(socket);

        assertThat(afterConnectErrors(client)).isEqualTo("connect");
        client.next("reconnect");
        successor.awaitClient().send("again", 1);
        assertThat(client.next("message").get("topic")).isEqualTo("again");
    }

    @Test
    @Checklist("IPC 43")
    void clientReconnectsAfterNpmServerRestart() {
        PeerProcess server = scratch.npmServer(socket);
        RecordedClient client = scratch.client(socket);
        client.next("connect");
        server.await("connection"); // an unaccepted connection would be reset

        server.command("close");
        client.next("disconnect");
        client.next("connectError");
        assertThat(client.client.send("lost", 1)).isFalse();
        PeerProcess successor = scratch.npmServer(socket);

        assertLostMessageThenReconnect(client);
        client.client.send("again", 2);
        successor.await("connection");
        assertThat(successor.next("message").get("topic")).isEqualTo("again"); // and not "lost"
    }

    /** IPC 45: the rejection is reported once, between failed attempts. */
    private static void assertLostMessageThenReconnect(RecordedClient client) {
        Event rejection = client.await("error");
        assertThat(rejection.error()).isInstanceOf(NotConnectedException.class);
        assertThat(((SendFailure) rejection.error()).sentTopic()).isEqualTo("lost");
        assertThat(((SendFailure) rejection.error()).sentMessage()).isEqualTo(1);
        client.await("connect");
        client.next("reconnect");
        assertThat(client.names())
                .filteredOn(name -> !name.equals("error"))
                .startsWith("connect", "disconnect", "connectError")
                .endsWith("connectError", "connect", "reconnect");
        assertThat(client.all("error")).hasSize(1);
    }

    @Test
    @Checklist({"IPC 41", "IPC 44"})
    void earlyClientConnectsWithoutReconnectEvent() {
        RecordedClient ours = scratch.client(socket);
        PeerProcess theirs = scratch.npmClient(socket);
        ours.next("connectError");
        ours.next("connectError");
        theirs.next("connectError");
        theirs.next("connectError");

        RecordedServer server = scratch.server(socket);
        server.awaitClient();
        server.awaitClient();
        server.server.broadcast("hello", 1);

        ours.await("connect");
        ours.next("message");
        theirs.await("connect");
        theirs.next("message");
        assertThat(ours.all("reconnect")).isEmpty();
    }

    @Test
    @Checklist("IPC 43")
    void clientReconnectsAfterNpmServerDestroysConnection() {
        PeerProcess server = scratch.npmServer(socket);
        RecordedClient client = scratch.client(socket);
        client.next("connect");
        String id = server.next("connection").clientId();

        server.command("destroy", "clientId", id);

        client.next("disconnect");
        client.next("connect");
        client.next("reconnect");
        assertThat(server.await("connection").clientId()).isNotEqualTo(id);
    }

    @Test
    @Checklist("IPC 26")
    void npmClientReconnectsAfterDisconnect() {
        RecordedServer server = scratch.server(socket);
        PeerProcess client = scratch.npmClient(socket);
        client.next("connect");
        IpcConnection first = server.awaitClient();

        first.send("last", 1);
        first.disconnect();

        assertThat(client.next("message").get("topic")).isEqualTo("last");
        client.next("disconnect");
        client.next("connect");
        client.next("reconnect");
        assertThat(server.awaitClient().id()).isNotEqualTo(first.id());
        assertThat(server.namesOf(first)).containsExactly("connection", "disconnect");
    }

    @Test
    void serverDropsClientThatDestroyedConnection() {
        RecordedServer server = scratch.server(socket);
        PeerProcess client = scratch.npmClient(socket);
        IpcConnection first = server.awaitClient();

        client.command("destroy");

        client.await("disconnect");
        client.await("reconnect");
        IpcConnection second = server.awaitClient();
        assertThat(server.server.connections()).containsExactly(second);
        assertThat(first.send("late", 1)).isFalse();
    }

    @Test
    @Checklist("IPC 43")
    void clientSurvivesKilledNpmServer() {
        PeerProcess server = scratch.npmServer(socket);
        RecordedClient client = scratch.client(socket);
        client.next("connect");
        server.await("connection"); // an unaccepted connection would be reset

        server.kill9();

        client.next("disconnect");
        client.next("connectError");
        assertThat(Files.exists(socket)).isTrue();
        scratch.npmServer(socket);
        client.await("connect");
        client.next("reconnect");
        assertThat(client.all("error")).isEmpty();
    }

    @Test
    void npmClientSurvivesKilledServer() {
        PeerProcess server = scratch.javaServer(socket);
        PeerProcess client = scratch.npmClient(socket);
        client.next("connect");
        server.await("connection"); // an unaccepted connection would be reset

        server.kill9();

        client.next("disconnect");
        client.next("connectError");
        scratch.server(socket);
        assertThat(afterConnectErrors(client)).isEqualTo("connect");
        client.next("reconnect");
    }

    @Test
    @Checklist("IPC 33")
    void serverSurvivesClientKilledUnderTraffic() {
        RecordedServer server = scratch.server(socket);
        server.server.topic("echo").on((payload, client) -> client.send("echo", payload.value()));
        PeerProcess killed = scratch.npmClient(socket, "echo", true, "quiet", true);
        IpcConnection lost = server.awaitClient();
        PeerProcess other = scratch.npmClient(socket);
        IpcConnection survivor = server.awaitClient();

        for (int i = 0; i < 100; i++) {
            lost.send("echo", "x".repeat(1000)); // each goes back and forth until the end
        }
        for (int i = 0; i < 1000; i++) {
            server.awaitMessage("echo");
        }
        killed.kill9();

        server.await("disconnect");
        assertThat(server.server.connections()).containsExactly(survivor);
        survivor.send("still", 1);
        assertThat(other.awaitMessage("still").get("message")).isEqualTo(1);
        assertThat(other.all("disconnect")).isEmpty();
    }

    @Test
    @Checklist("IPC 33")
    void serverSurvivesKilledStalledClient() {
        RecordedServer server = scratch.server(socket);
        PeerProcess killed = scratch.npmClient(socket);
        IpcConnection lost = server.awaitClient();
        PeerProcess other = scratch.npmClient(socket);
        IpcConnection survivor = server.awaitClient();
        killed.suspend();
        for (int i = 0; i < 40; i++) {
            assertThat(lost.send("data", "x".repeat(100_000))).isTrue();
        }
        assertThat(lost.queuedBytes()).isPositive();

        killed.kill9();

        server.await("disconnect");
        assertThat(lost.queuedBytes()).isZero();
        assertThat(server.server.stats().queuedBytes()).isZero();
        survivor.send("still", 1);
        other.awaitMessage("still");
    }

    @Test
    @Checklist({"IPC 43", "IPC 45"})
    void clientSurvivesServerKilledUnderTraffic() {
        PeerProcess server = scratch.npmServer(socket, "echo", true, "quiet", true);
        RecordedClient client = scratch.client(socket);
        client.client.topic("echo").on(payload -> client.client.send("echo", payload.value()));
        client.next("connect");
        for (int i = 0; i < 100; i++) {
            client.client.send("echo", i);
        }
        for (int i = 0; i < 1000; i++) {
            client.awaitMessage("echo");
        }

        server.kill9();

        client.await("disconnect");
        PeerProcess successor = scratch.npmServer(socket);
        client.await("connect");
        client.next("reconnect");
        client.client.send("again", 1);
        assertThat(successor.awaitMessage("again").get("message")).isEqualTo(1);
        assertThat(client.all("disconnect")).hasSize(1);
    }

    @Test
    void npmServerSurvivesClientKilledUnderTraffic() {
        PeerProcess server = scratch.npmServer(socket);
        PeerProcess killed = scratch.javaClient(socket);
        killed.next("connect");
        String id = server.await("connection").clientId();
        server.command("burst", "topic", "echo", "count", 5000, "clientId", id);
        server.awaitMessage("echo");

        killed.kill9();

        server.await("disconnection");
        RecordedClient client = scratch.client(socket);
        client.next("connect");
        client.client.send("hello", 1);
        assertThat(server.awaitMessage("hello").get("message")).isEqualTo(1);
    }

    /** Returns the name of the first event other than {@code connectError}. */
    private static String afterConnectErrors(PeerProcess client) {
        return client.events()
                .next("other than connectError", event -> !event.name().equals("connectError"))
                .name();
    }
}
