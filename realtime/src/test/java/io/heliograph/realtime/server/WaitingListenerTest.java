package io.heliograph.realtime.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Dispatch;
import io.heliograph.realtime.RealtimeClient;
import io.heliograph.realtime.packet.AbortedCallException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Listeners that wait for what only those behind them in the executor can bring, as they may under {@link Dispatch#virtual()}. */
class WaitingListenerTest {

    @Test
    void listenerCanWaitForCallFailedByDisconnect() throws Exception {
        CompletableFuture<Object> outcome = new CompletableFuture<>();
        try (var fixture = ServerFixture.listening();
                RealtimeClient client = client(fixture)) {
            fixture.server.onConnection(socket -> {
                socket.onProcedure("cut", String.class, (data, request) -> socket.disconnect(4500, "cut"));
                socket.transmit("go", "x");
            });
            client.onReceiver("go", String.class, data -> {
                try {
                    outcome.complete(client.invoke("cut", data, String.class).join());
                } catch (CompletionException e) {
                    outcome.complete(e.getCause());
                }
            });
            client.connect();
            assertThat(outcome.get(RawPeer.DEADLINE, TimeUnit.SECONDS))
                    .isInstanceOfSatisfying(
                            AbortedCallException.class,
                            failure -> assertThat(failure.fields()).containsEntry("type", "disconnect"));
        }
    }

    @Test
    void listenerCanWaitForGracefulClose() throws Exception {
        CompletableFuture<Void> waited = new CompletableFuture<>();
        try (var fixture = ServerFixture.listening();
                RealtimeClient client = client(fixture)) {
            client.onConnect(connected -> {
                client.closeGracefully(Duration.ofSeconds(5)).join();
                waited.complete(null);
            });
            client.connect();
            waited.get(RawPeer.DEADLINE, TimeUnit.SECONDS);
        }
    }

    private static RealtimeClient client(ServerFixture fixture) {
        return RealtimeClient.builder(URI.create("ws://127.0.0.1:" + fixture.server.port()))
                .dispatch(Dispatch.virtual())
                .build();
    }
}
