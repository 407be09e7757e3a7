package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.TransportException;
import io.heliograph.ipc.IpcConnection;
import io.heliograph.testkit.Checklist;
import io.heliograph.testkit.EventLog;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Servers of both implementations that compete for one socket file. */
class SharedSocketFileInteropTest {

    @RegisterExtension
    final InteropScratch scratch = new InteropScratch();

    private Path socket = Path.of("");

    @BeforeEach
    void chooseSocket() {
        socket = scratch.path("s");
    }

    @Test
    @Checklist("IPC 35")
    void serverReplacesSocketFileOfKilledNpmServer() {
        scratch.npmServer(socket).kill9();
        assertThat(Files.exists(socket)).isTrue();

        RecordedServer server = scratch.server(socket);

        scratch.npmClient(socket).next("connect");
        server.awaitClient();
    }

    @Test
    @Checklist("IPC 35")
    void npmServerReplacesSocketFileOfKilledServer() {
        scratch.javaServer(socket).kill9();
        assertThat(Files.exists(socket)).isTrue();

        PeerProcess server = scratch.npmServer(socket);

        scratch.client(socket).next("connect");
        server.await("connection");
    }

    @Test
    @Checklist("IPC 35")
    void serverReplacesSocketFileOfKilledServer() {
        scratch.javaServer(socket).kill9();

        scratch.server(socket);

        scratch.npmClient(socket).next("connect");
    }

    @Test
    @Checklist("IPC 36")
    void serverDoesNotTouchSocketFileOfNpmServer() {
        PeerProcess server = scratch.npmServer(socket);
        PeerProcess client = scratch.npmClient(socket);
        String id = server.await("connection").clientId();
        client.next("connect");

        RecordedServer second = scratch.unstartedServer(socket, builder -> builder);
        assertThat(second.server.listen()).failsWithin(EventLog.DEADLINE);

        assertThat(second.next("error").error())
                .isInstanceOfSatisfying(
                        TransportException.class,
                        error -> assertThat(error.code()).isEqualTo("EADDRINUSE"));
        String probe = server.await("connection").clientId();
        assertThat(server.await("disconnection").clientId()).isEqualTo(probe);
        server.command("send", "topic", "still", "message", 1, "clientId", id);
        client.next("message");

        second.closeAndWait();
        assertThat(Files.exists(socket)).isTrue();
        scratch.client(socket).next("connect");
    }

    @Test
    @Checklist({"IPC 34", "IPC 36"})
    void npmServerDoesNotTouchSocketFileOfServer() {
        RecordedServer server = scratch.server(socket);
        PeerProcess client = scratch.npmClient(socket);
        IpcConnection first = server.awaitClient();

        PeerProcess second = scratch.closing(PeerProcess.npmServer(socket));

        assertThat(second.await("error").get("code")).isEqualTo("EADDRINUSE");
        server.awaitClient(); // the probe connection, open until its process exits
        first.send("still", 1);
        client.awaitMessage("still");
        second.kill9();
        server.await("disconnect");
        assertThat(server.server.connections()).hasSize(1);
        assertThat(server.all("error")).isEmpty();
    }

    @Test
    @Checklist("IPC 39")
    void closedNpmServerDoesNotAffectSuccessor() {
        PeerProcess old = scratch.npmServer(socket);
        old.command("close");
        old.await("close");

        RecordedServer server = scratch.server(socket);
        scratch.npmClient(socket).next("connect");
        server.awaitClient();
    }
}
