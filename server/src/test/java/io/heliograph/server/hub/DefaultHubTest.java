package io.heliograph.server.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.EndpointStats;
import io.heliograph.TransportException;
import io.heliograph.server.Hub;
import io.heliograph.server.Protocols;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.Scratch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The start and the end of a hub with several listeners. */
class DefaultHubTest {

    @RegisterExtension
    final Scratch scratch = new Scratch();

    private final List<String> log = new CopyOnWriteArrayList<>();

    @Test
    void failedStartReleasesTheOtherListeners() {
        Path socket = scratch.path("s");
        Path missing = scratch.path("none/s");
        Hub hub = Hub.builder()
                .daemon(true)
                .listen("unix:" + socket, Protocols.ipc())
                .listen("unix:" + missing, Protocols.ipc())
                .build();
        assertThat(Await.failure(hub.start()))
                .isInstanceOf(TransportException.class)
                .hasMessageContaining(missing.toString());
        assertThat(socket).doesNotExist();
    }

    @Test
    void optionalListenerThatCannotStartIsNotListed() {
        Path socket = scratch.path("s");
        Hub hub = Hub.builder()
                .daemon(true)
                .listen("unix:" + socket, Protocols.ipc())
                .listen("unix:" + scratch.path("none/s"), Protocols.ipc().optional(true))
                .build();
        scratch.closing(() -> Await.value(hub.closeGracefully(Duration.ofSeconds(5))));
        Await.value(hub.start());
        assertThat(hub.listeners())
                .singleElement()
                .satisfies(listener -> assertThat(listener.url()).isEqualTo("unix:" + socket));
    }

    @Test
    void failedCloseOfOneListenerIsReportedAndOthersClose() {
        HubOptions options = TestHub.options(List.of(listener("first"), listener("second"), listener("rpc")));
        Hub hub = new DefaultHub(options);
        hub.onError(failure -> log.add(String.valueOf(failure.getMessage())));
        Await.value(hub.start());
        Await.value(hub.closeGracefully(Duration.ofSeconds(5)));
        assertThat(log).contains("close first", "close second", "close rpc", "first does not close");
    }

    private ListenerOptions listener(String name) {
        return new ListenerOptions(name, "tcp://127.0.0.1:0", List.of(), true, false, (hub, listener) -> new Binding() {
            @Override
            public CompletableFuture<Void> listen() {
                return CompletableFuture.completedFuture(null);
            }

            @Override
            public String url() {
                return listener.configuredUrl();
            }

            @Override
            public CompletableFuture<Void> closeGracefully(Duration timeout) {
                log.add("close " + name);
                if (name.equals("first")) {
                    throw new IllegalStateException("first does not close");
                }
                return CompletableFuture.completedFuture(null);
            }

            @Override
            public EndpointStats stats() {
                throw new AssertionError("not called");
            }
        });
    }
}
