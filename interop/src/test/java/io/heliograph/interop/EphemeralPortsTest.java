package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.heliograph.internal.Failures;
import io.heliograph.rpc.RpcClient;
import io.heliograph.rpc.RpcServer;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Clients of a machine that has no local port left, and their recovery. */
class EphemeralPortsTest {

    private static final int PORTS = 10;

    /** Connects until no port is left, closes all clients, and connects again. */
    static final class Clients {

        private Clients() {}

        public static void main(String[] arguments) throws Exception {
            try (RpcServer server = RpcServer.builder().port(8000).build()) {
                server.listen().get(10, TimeUnit.SECONDS);
                List<RpcClient> clients = new ArrayList<>();
                for (int i = 0; i <= PORTS; i++) {
                    clients.add(client());
                    clients.getLast().connect().exceptionally(Clients::failed).join();
                }
                for (RpcClient client : clients) {
                    client.close();
                    client.closed().get(10, TimeUnit.SECONDS);
                }
                try (RpcClient again =
                        RpcClient.builder(URI.create("ws://127.0.0.1:8000/")).build()) {
                    while (!again.isConnected()) {
                        again.connect().exceptionally(Clients::failed).join();
                    }
                    System.out.println("{\"event\":\"again\"}");
                }
            }
        }

        private static RpcClient client() {
            return RpcClient.builder(URI.create("ws://127.0.0.1:8000/"))
                    .reconnect(false)
                    .build();
        }

        private static @Nullable Void failed(Throwable failure) {
            System.out.println("{\"event\":\"failed\",\"message\":\""
                    + Failures.unwrap(failure).getMessage() + "\"}");
            return null;
        }
    }

    @Test
    void missingPortIsNamedAndClientsConnectLater() throws Exception {
        assumeTrue(canIsolate(), "this system allows no network of its own (unshare -rn)");
        String range = "sysctl -qw net.ipv4.ip_local_port_range='40000 " + (40_000 + PORTS - 1) + "'";
        try (PeerProcess process = PeerProcess.isolated(range, Clients.class)) {
            assertThat(process.next("failed").text("message"))
                    .isEqualTo("ws://127.0.0.1:8000/: no local port is free, or the address cannot be connected to"
                            + " (EADDRNOTAVAIL)");
            process.await("again");
        }
    }

    private static boolean canIsolate() throws IOException, InterruptedException {
        return new ProcessBuilder("unshare", "-rn", "sh", "-c", "ip link set lo up")
                        .start()
                        .waitFor()
                == 0;
    }
}
