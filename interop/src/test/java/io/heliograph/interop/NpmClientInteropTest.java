package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.ipc.IpcConnection;
import io.heliograph.testkit.Checklist;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Clients of the npm package with the Java server. */
class NpmClientInteropTest {

    private static final int MANY = 10_000;

    @RegisterExtension
    final InteropScratch scratch = new InteropScratch();

    @Test
    @Checklist({"IPC 2", "IPC 3", "IPC 12"})
    void everyJsonValueTravelsBothWays() {
        RecordedServer server = scratch.server(scratch.path("s"));
        PeerProcess client = scratch.npmClient(scratch.path("s"));
        IpcConnection connected = server.awaitClient();

        for (Sample sample : Sample.all()) {
            client.command("send", "topic", "up", "message", sample.value());
            Event received = server.awaitMessage("up");
            assertThat(received.value()).isEqualTo(sample.value());
            assertThat(received.from().id()).isEqualTo(connected.id());

            assertThat(connected.send("down", sample.value())).isTrue();
            assertThat(client.awaitMessage("down").messageJson()).isEqualTo(sample.json());
        }
        assertThat(server.all("error")).isEmpty();
    }

    @Test
    void largeIntegersLoseDigitsOnlyInNode() {
        RecordedServer server = scratch.server(scratch.path("s"));
        PeerProcess client = scratch.npmClient(scratch.path("s"));

        server.awaitClient().send("down", 1234567890123456789L);

        assertThat(client.awaitMessage("down").messageJson()).isEqualTo("1234567890123456800");
    }

    @Test
    @Checklist("IPC 13")
    void absentMessageIsNullInJavaUndefinedInNode() {
        RecordedServer server = scratch.server(scratch.path("s"));
        PeerProcess client = scratch.npmClient(scratch.path("s"));
        IpcConnection connected = server.awaitClient();

        client.command("send", "topic", "up");
        assertThat(server.awaitMessage("up").value()).isNull();

        connected.send("down");
        assertThat(client.awaitMessage("down").fields()).containsEntry("absent", true);
    }

    @Test
    @Checklist({"IPC 4", "IPC 5"})
    void emptyTopicIsNone() {
        RecordedServer server = scratch.server(scratch.path("s"));
        PeerProcess client = scratch.npmClient(scratch.path("s"));
        IpcConnection connected = server.awaitClient();

        connected.send("", 1);
        connected.send(null, 2);
        server.server.broadcast("", 3);
        for (int i = 1; i <= 3; i++) {
            assertThat(client.awaitMessage("none").get("message")).isEqualTo(i);
        }

        client.command("send", "topic", "", "message", 4);
        client.command("send", "message", 5);
        client.command("send", "topic", null, "message", 6);
        for (long i = 4; i <= 6; i++) {
            assertThat(server.awaitMessage("none").value()).isEqualTo(i);
        }
    }

    @Test
    @Checklist("IPC 6")
    void concurrentMessagesKeepOrderBothWays() {
        RecordedServer server = scratch.server(scratch.path("s"));
        PeerProcess client = scratch.npmClient(scratch.path("s"));
        IpcConnection connected = server.awaitClient();

        client.command("burst", "topic", "up", "count", MANY);
        for (int i = 0; i < MANY; i++) {
            assertThat(connected.send("down", i)).isTrue();
        }

        for (long i = 0; i < MANY; i++) {
            assertThat(server.next("message").value()).isEqualTo(i);
        }
        client.next("connect");
        for (int i = 0; i < MANY; i++) {
            assertThat(client.next("message").get("message")).isEqualTo(i);
        }
        assertThat(server.server.stats().messagesReceived()).isEqualTo(MANY);
        assertThat(server.server.stats().messagesSent()).isEqualTo(MANY);
    }

    @Test
    @Checklist({"IPC 26", "IPC 29"})
    void messageSentInConnectionListenerArrivesFirst() {
        RecordedServer server = scratch.unstartedServer(scratch.path("s"), builder -> builder);
        server.server.onConnection(client -> client.send("welcome", client.id()));
        server.listen();

        PeerProcess client = scratch.npmClient(scratch.path("s"));

        client.next("connect");
        assertThat(client.next("message").get("message"))
                .isEqualTo(server.awaitClient().id());
    }

    @Test
    @Checklist({"IPC 27", "IPC 28"})
    void messageToOneClientReachesOnlyThatClient() {
        RecordedServer server = scratch.server(scratch.path("s"));
        PeerProcess one = scratch.npmClient(scratch.path("s"));
        IpcConnection first = server.awaitClient();
        PeerProcess other = scratch.npmClient(scratch.path("s"));
        IpcConnection second = server.awaitClient();

        assertThat(first.id()).isNotEqualTo(second.id());
        server.server.send("private", "for the first", first.id());
        assertThat(server.server.broadcast("public", "for both")).isEqualTo(2);

        assertThat(one.awaitMessage("public").get("message")).isEqualTo("for both");
        assertThat(other.awaitMessage("public").get("message")).isEqualTo("for both");
        assertThat(one.all("message")).hasSize(2);
        assertThat(other.all("message")).hasSize(1);
    }

    @Test
    void typedListenersAndStreamsDecodeNodeMessages() throws Exception {
        record Point(int x, List<String> names) {}
        RecordedServer server = scratch.unstartedServer(scratch.path("s"), builder -> builder);
        server.server.topic("point", Point.class).on((point, client) -> client.send("seen", point));
        server.listen();
        var stream = scratch.closing(server.server.topic("number", Long.class).stream());
        PeerProcess client = scratch.npmClient(scratch.path("s"));
        client.await("connect");

        client.command("send", "topic", "point", "message", new Point(3, List.of("a", "\u00f6")));
        client.command("burst", "topic", "number", "count", 100);

        assertThat(client.awaitMessage("seen").messageJson()).isEqualTo("{\"x\":3,\"names\":[\"a\",\"\u00f6\"]}");
        var numbers = stream.iterator();
        assertThat(LongStream.range(0, 100).map(i -> numbers.next().message()).toArray())
                .containsExactly(LongStream.range(0, 100).toArray());
    }
}
