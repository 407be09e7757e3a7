package io.heliograph.server.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.server.Drain;
import io.heliograph.server.Hub;
import io.heliograph.server.Protocols;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A hub that takes over from one that drains. */
@EnabledOnOs(OS.LINUX)
class HandOverTest {

    private static final Drain PLAN = Drain.of(Drain.Mode.ROLLING).withTime(Duration.ofMillis(200));

    private final List<Hub> hubs = new ArrayList<>();

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        hubs.forEach(hub -> hub.closeGracefully(Duration.ZERO).join());
    }

    private Hub start(int port, boolean reusePort) {
        Hub hub = Hub.builder()
                .listen("ws://127.0.0.1:" + port + "/rpc", Protocols.rpc())
                .listen("unix:" + folder.resolve("hub.sock"), Protocols.ipc())
                .reusePort(reusePort)
                .daemon(true)
                .build();
        hubs.add(hub);
        hub.start().join();
        return hub;
    }

    private static int port(Hub hub) {
        return URI.create(hub.listeners().getFirst().url()).getPort();
    }

    /** Opens a WebSocket and returns the status. */
    private static String open(int port) throws IOException {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.getOutputStream()
                    .write(String.join(
                                    "\r\n",
                                    "GET /rpc HTTP/1.1",
                                    "Host: localhost",
                                    "Connection: Upgrade",
                                    "Upgrade: websocket",
                                    "Sec-WebSocket-Version: 13",
                                    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
                                    "",
                                    "")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(client.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
        }
    }

    @Test
    void noClientIsRefusedDuringTheHandOver() throws Exception {
        Hub first = start(0, true);
        int port = port(first);
        Hub second = start(port, true);
        CompletableFuture<Drain.Result> drained = first.drain(PLAN);
        int clients = 0;
        while (!drained.isDone() || clients < 200) {
            assertThat(open(port)).isEqualTo("HTTP/1.1 101");
            try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                client.connect(UnixDomainSocketAddress.of(folder.resolve("hub.sock")));
            }
            clients++;
        }
        assertThat(second.isReady()).isTrue();
    }

    @Test
    void clientsOfTheSocketFileReachTheNewHub() throws Exception {
        Hub first = start(0, true);
        Hub second = start(port(first), true);
        try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            CompletableFuture<Void> connected = new CompletableFuture<>();
            second.onConnection(connection -> connected.complete(null));
            client.connect(UnixDomainSocketAddress.of(folder.resolve("hub.sock")));
            connected.orTimeout(20, TimeUnit.SECONDS).join();
            assertThat(first.connections()).isEmpty();
        }
    }

    @Test
    void hubWithoutTheOptionDoesNotStart() {
        int port = port(start(0, true));
        assertThatThrownBy(() -> start(port, false)).hasStackTraceContaining("another server listens");
    }
}
