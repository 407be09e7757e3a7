package io.heliograph.server.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.http.HttpResponse;
import io.heliograph.server.Hub;
import io.heliograph.server.HubBuilder;
import io.heliograph.server.Protocols;
import io.heliograph.testkit.ManualEventLoop;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class HealthTest {

    private static HubBuilder builder() {
        return Hub.builder().listen("ws://127.0.0.1:0/rpc", Protocols.rpc()).daemon(true);
    }

    private static int status(Hub hub, String path) throws IOException {
        URI url = URI.create(hub.listeners().getFirst().url().replaceFirst("ws", "http"))
                .resolve(path);
        return ((HttpURLConnection) url.toURL().openConnection()).getResponseCode();
    }

    @Test
    void startedHubIsHealthyAndReady() throws IOException {
        try (Hub hub = builder().build()) {
            hub.start().join();
            assertThat(status(hub, "/healthz")).isEqualTo(200);
            assertThat(status(hub, "/readyz")).isEqualTo(200);
            assertThat(status(hub, "/other")).isEqualTo(404);
        }
    }

    @Test
    void hubWithoutHealthDoesNotAnswer() throws IOException {
        try (Hub hub = builder().health(false).build()) {
            hub.start().join();
            assertThat(status(hub, "/readyz")).isEqualTo(404);
        }
    }

    @Test
    void pageOfTheProgramTakesPrecedence() throws IOException {
        try (Hub hub = builder()
                .serve("/readyz", request -> HttpResponse.text(418, "own"))
                .build()) {
            hub.start().join();
            assertThat(status(hub, "/readyz")).isEqualTo(418);
        }
    }

    @Test
    void hubIsReadyAfterItsStartAndUntilItsEnd() {
        try (Hub hub = builder().build()) {
            assertThat(hub.isReady()).isFalse();
            hub.start().join();
            assertThat(hub.isReady()).isTrue();
            hub.closeGracefully(Duration.ofSeconds(5)).join();
            assertThat(hub.isReady()).isFalse();
        }
    }

    @Test
    void loopThatHasNotRunForTenSecondsIsUnhealthy() {
        Health health = new Health(() -> true);
        health.watch(ManualEventLoop.create());
        long now = System.nanoTime();
        assertThat(health.isHealthy(now + Duration.ofSeconds(9).toNanos())).isTrue();
        assertThat(health.isHealthy(now + Duration.ofSeconds(10).toNanos() + 1)).isFalse();
    }
}
