package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.ipc.IpcConnection;
import io.heliograph.testkit.Checklist;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Fifty concurrent clients of either implementation. */
class ManyClientsInteropTest {

    private static final int FIFTY = 50;
    private static final int MESSAGES = 20;

    @RegisterExtension
    final InteropScratch scratch = new InteropScratch();

    @Test
    @Checklist({"IPC 26", "IPC 27"})
    void serverServesFiftyNpmClients() {
        RecordedServer server = scratch.server(scratch.path("s"));
        PeerProcess clients = scratch.npmClient(scratch.path("s"), "count", FIFTY);
        List<IpcConnection> connected = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        while (connected.size() < FIFTY) {
            IpcConnection client = server.awaitClient();
            connected.add(client);
            ids.add(client.id());
        }
        assertThat(ids).hasSize(FIFTY);
        assertThat(server.server.connections()).hasSize(FIFTY);

        clients.command("burst", "client", "all", "topic", "up", "count", MESSAGES);
        for (int i = 0; i < FIFTY * MESSAGES; i++) {
            server.awaitMessage("up");
        }
        for (IpcConnection client : connected) {
            assertThat(server.all("message").stream().filter(event -> client.equals(event.client())))
                    .extracting(Event::value)
                    .containsExactlyElementsOf(firstLongs(MESSAGES));
        }

        for (int i = 0; i < MESSAGES; i++) {
            assertThat(server.server.broadcast("down", i)).isEqualTo(FIFTY);
        }
        for (int i = 0; i < FIFTY * MESSAGES; i++) {
            clients.awaitMessage("down");
        }
        for (int number = 0; number < FIFTY; number++) {
            int one = number;
            assertThat(clients.all("message").stream().filter(event -> event.client() == one))
                    .extracting(event -> (Object) ((Number) event.get("message")).longValue())
                    .containsExactlyElementsOf(firstLongs(MESSAGES));
        }

        clients.command("close", "client", "all");
        for (int i = 0; i < FIFTY; i++) {
            server.await("disconnect");
            clients.await("close");
        }
        assertThat(server.server.connections()).isEmpty();
        assertThat(server.all("error")).isEmpty();
    }

    @Test
    @Checklist("IPC 27")
    void npmServerServesFiftyClients() {
        PeerProcess server = scratch.npmServer(scratch.path("s"), "echo", true);
        List<RecordedClient> clients = new ArrayList<>();
        for (int i = 0; i < FIFTY; i++) {
            clients.add(scratch.client(scratch.path("s")));
        }
        for (RecordedClient client : clients) {
            client.next("connect");
            server.await("connection");
        }

        for (int message = 0; message < MESSAGES; message++) {
            for (RecordedClient client : clients) {
                assertThat(client.client.send("echo", message)).isTrue();
            }
        }
        for (RecordedClient client : clients) {
            for (long message = 0; message < MESSAGES; message++) {
                assertThat(client.next("message").value()).isEqualTo(message);
            }
        }

        server.command("broadcast", "topic", "down", "message", "all");
        for (RecordedClient client : clients) {
            assertThat(client.next("message").value()).isEqualTo("all");
            client.client.close();
        }
        for (RecordedClient client : clients) {
            client.next("close");
            server.await("disconnection");
        }
    }

    private static List<Object> firstLongs(int count) {
        List<Object> numbers = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            numbers.add(i);
        }
        return numbers;
    }
}
