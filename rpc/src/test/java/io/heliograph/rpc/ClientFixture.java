package io.heliograph.rpc;

import static io.heliograph.testkit.Await.value;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Server without protocol logic, and at most one client, which is closed after each test. */
abstract class ClientFixture {

    RawServer server;
    private @Nullable RpcClient built;

    @BeforeEach
    final void listen() throws Exception {
        server = new RawServer();
    }

    @AfterEach
    final void close() throws Exception {
        if (built != null) {
            value(built.closeGracefully(Duration.ZERO));
        }
        server.close();
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
