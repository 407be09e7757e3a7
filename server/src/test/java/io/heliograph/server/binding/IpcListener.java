package io.heliograph.server.binding;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.Hub;
import io.heliograph.server.HubBuilder;
import io.heliograph.server.IpcProtocol;
import io.heliograph.server.Protocols;
import io.heliograph.testkit.Scratch;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A hub with an IPC listener, and its raw clients. */
final class IpcListener extends Scratch {

    record Sum(int a, int b) {}

    Path file() {
        return path("s");
    }

    Hub hub() {
        return hub(Hub.builder(), Protocols.ipc());
    }

    Hub hub(HubBuilder builder, IpcProtocol ipc) {
        Hub hub = builder.listen("unix:" + file(), ipc).build();
        closing(() -> hub.closeGracefully(Duration.ZERO).join());
        hub.procedure("sum", Sum.class, (sum, call) -> sum.a() + sum.b());
        hub.start().orTimeout(10, TimeUnit.SECONDS).join();
        return hub;
    }

    RawIpcClient client() throws IOException {
        RawIpcClient client = new RawIpcClient(file());
        closing(client);
        return client;
    }

    /** Connects a client, and returns it when the hub knows it. */
    RawIpcClient admitted() throws IOException {
        RawIpcClient client = client();
        client.send("{\"topic\":\"#call\",\"message\":{\"id\":0,\"procedure\":\"nosuch\"}}");
        assertThat(client.next()).contains("ProcedureNotFoundError");
        return client;
    }
}
