package io.heliograph.server.binding;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.exchange.Exchange;
import io.heliograph.exchange.Publication;
import io.heliograph.testkit.ManualEventLoop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class VisibleChannelsTest {

    private final ManualEventLoop loop = ManualEventLoop.create();
    private final Exchange exchange = Exchange.inMemory();
    private final Map<String, CompletableFuture<Void>> decisions = new HashMap<>();
    private final List<String> delivered = new ArrayList<>();
    private int decided;
    private int dropped;
    private final VisibleChannels visible = new VisibleChannels(
            loop,
            channel -> {
                decided++;
                return decisions.getOrDefault(channel, CompletableFuture.completedFuture(null));
            },
            publication -> delivered.add(
                    publication.channel() + " " + publication.data().text()),
            () -> dropped++);

    @AfterEach
    void close() {
        exchange.close();
    }

    private Publication publication(String channel, int value) {
        List<Publication> published = new ArrayList<>();
        try (var subscription = exchange.onPublished(published::add)) {
            exchange.publish(channel, value).join();
        }
        return published.getFirst();
    }

    private void deliver(String channel, int value) {
        Publication publication = publication(channel, value);
        loop.execute(() -> visible.deliver(publication));
        loop.runReady();
    }

    @Test
    void channelIsDecidedOnce() {
        deliver("a", 1);
        deliver("a", 2);
        assertThat(delivered).containsExactly("a 1", "a 2");
        assertThat(decided).isEqualTo(1);
    }

    @Test
    void deniedChannelIsNotDelivered() {
        decisions.put("a", CompletableFuture.failedFuture(new IllegalStateException()));
        deliver("a", 1);
        deliver("a", 2);
        assertThat(delivered).isEmpty();
        assertThat(decided).isEqualTo(1);
    }

    @Test
    void changedPrincipalIsDecidedAgain() {
        decisions.put("a", CompletableFuture.failedFuture(new IllegalStateException()));
        deliver("a", 1);
        decisions.clear();
        visible.clear();
        deliver("a", 2);
        assertThat(delivered).containsExactly("a 2");
    }

    @Test
    void decisionForEarlierPrincipalHasNoEffect() {
        CompletableFuture<Void> earlier = new CompletableFuture<>();
        decisions.put("a", earlier);
        deliver("a", 1);
        visible.clear();
        earlier.complete(null);
        loop.runReady();
        assertThat(delivered).isEmpty();
    }

    @Test
    void publicationsThatWaitForDecisionAreLimited() {
        CompletableFuture<Void> later = new CompletableFuture<>();
        decisions.put("a", later);
        for (int i = 0; i < 300; i++) {
            deliver("a", i);
        }
        assertThat(dropped).isEqualTo(300 - 256);
        later.complete(null);
        loop.runReady();
        assertThat(delivered).hasSize(256).startsWith("a 0").endsWith("a 255");
    }

    @Test
    void rememberedDecisionsAreLimited() {
        for (int i = 0; i < 1024; i++) {
            deliver("c" + i, 0);
        }
        deliver("c0", 1);
        assertThat(decided).isEqualTo(1024);
        deliver("more", 0);
        deliver("c0", 2);
        assertThat(decided).isEqualTo(1026);
    }

    @Test
    void hiddenChannelIsNotDelivered() {
        deliver("a", 1);
        visible.hide("a");
        deliver("a", 2);
        assertThat(delivered).containsExactly("a 1");
    }
}
