package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.testkit.Checklist;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Java clients with a server of the npm package. */
class NpmServerInteropTest {

    private static final int MANY = 10_000;

    @RegisterExtension
    final InteropScratch scratch = new InteropScratch();

    @Test
    @Checklist({"IPC 2", "IPC 3", "IPC 12"})
    void everyJsonValueTravelsBothWays() {
        PeerProcess server = scratch.npmServer(scratch.path("s"), "echo", true);
        RecordedClient client = scratch.client(scratch.path("s"));
        client.next("connect");

        for (Sample sample : Sample.all()) {
            assertThat(client.client.send("echo", sample.value())).isTrue();
            assertThat(server.awaitMessage("echo").messageJson()).isEqualTo(sample.json());
            assertThat(client.next("message").value()).isEqualTo(sample.value());
        }
    }

    @Test
    @Checklist("IPC 13")
    void absentMessageIsNullInJavaUndefinedInNode() {
        PeerProcess server = scratch.npmServer(scratch.path("s"), "echo", true);
        RecordedClient client = scratch.client(scratch.path("s"));
        client.next("connect");

        client.client.send("echo");

        assertThat(server.awaitMessage("echo").fields()).containsEntry("absent", true);
        assertThat(client.next("message").value()).isNull();
    }

    @Test
    @Checklist({"IPC 4", "IPC 5"})
    void emptyTopicIsNone() {
        PeerProcess server = scratch.npmServer(scratch.path("s"));
        RecordedClient client = scratch.client(scratch.path("s"));
        String id = server.await("connection").clientId();
        client.next("connect");

        client.client.send("", 1);
        client.client.send(null, 2);
        assertThat(server.awaitMessage("none").get("message")).isEqualTo(1);
        assertThat(server.awaitMessage("none").get("message")).isEqualTo(2);

        server.command("send", "topic", "", "message", 3, "clientId", id);
        assertThat(client.awaitMessage("none").value()).isEqualTo(3L);
    }

    @Test
    @Checklist("IPC 6")
    void concurrentMessagesKeepOrderBothWays() {
        PeerProcess server = scratch.npmServer(scratch.path("s"));
        RecordedClient client = scratch.client(scratch.path("s"));
        client.next("connect");
        String id = server.next("connection").clientId();

        server.command("burst", "topic", "down", "count", MANY, "clientId", id);
        for (int i = 0; i < MANY; i++) {
            assertThat(client.client.send("up", i)).isTrue();
        }

        for (long i = 0; i < MANY; i++) {
            assertThat(client.next("message").value()).isEqualTo(i);
        }
        for (int i = 0; i < MANY; i++) {
            assertThat(server.next("message").get("message")).isEqualTo(i);
        }
    }

    @Test
    void messageSentInConnectListenerArrives() {
        PeerProcess server = scratch.npmServer(scratch.path("s"));
        RecordedClient client = scratch.unstartedClient(scratch.path("s"), builder -> builder);
        client.client.onConnect(connection -> client.client.send("hello", "from the listener"));

        client.connect();

        assertThat(server.awaitMessage("hello").get("message")).isEqualTo("from the listener");
    }

    @Test
    void broadcastAndDirectMessageArrive() {
        PeerProcess server = scratch.npmServer(scratch.path("s"));
        RecordedClient one = scratch.client(scratch.path("s"));
        String first = server.await("connection").clientId();
        RecordedClient other = scratch.client(scratch.path("s"));
        server.await("connection");

        server.command("send", "topic", "private", "message", 1, "clientId", first);
        server.command("broadcast", "topic", "public", "message", 2);

        one.awaitMessage("public");
        other.awaitMessage("public");
        assertThat(one.all("message")).hasSize(2);
        assertThat(other.all("message")).hasSize(1);
    }
}
