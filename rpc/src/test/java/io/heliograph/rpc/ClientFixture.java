package io.heliograph.rpc;

import static io.heliograph.testkit.Await.value;

import io.heliograph.testkit.RawServer;
import io.heliograph.transport.Transports;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** Server without protocol logic, and at most one client, which is closed after each test. */
abstract class ClientFixture {

    private final Transports.Lease lease = Transports.acquire();
    final RawServer server = RawServer.webSocket(lease.transport());
    private @Nullable RpcClient built;

    @AfterEach
    final void close() {
        if (built != null) {
            value(built.closeGracefully(Duration.ZERO));
        }
        server.close();
        lease.release();
    }

    final RpcClient.Builder builder() {
        return RpcClient.builder(server.url()).reconnectInterval(Duration.ofMillis(1));
    }

    final RpcClient connected(RpcClient.Builder builder) {
        RpcClient client = built(builder);
        value(client.connect());
        return client;
    }

    final RpcClient built(RpcClient.Builder builder) {
        RpcClient client = builder.build();
        built = client;
        return client;
    }
}
