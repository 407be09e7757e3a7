package io.heliograph.server.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.server.Call;
import io.heliograph.server.hub.TestHub.TestPeer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Subscriptions and calls that have ended leave nothing behind. */
class ConnectionEndTest {

    private final List<String> log = new ArrayList<>();

    private void subscribe(TestPeer peer, String label) {
        peer.connection.subscribe(
                "c",
                publication -> log.add(label + " " + publication.data().text()),
                null,
                (subscription, failure) -> log.add(label + " subscribed"));
    }

    @Test
    void secondSubscriptionOfAChannelReplacesTheFirst() {
        try (TestHub hub = TestHub.withDefaults()) {
            TestPeer peer = hub.connect();
            hub.run(() -> subscribe(peer, "first"));
            hub.run(() -> subscribe(peer, "second"));
            hub.run(() -> hub.core.exchange().publish("c", 1));
            assertThat(log).containsExactly("first subscribed", "second subscribed", "second 1");
            assertThat(hub.core.exchange().subscribers("c")).isEqualTo(1);
            hub.run(() -> peer.connection.unsubscribe("c"));
            assertThat(hub.core.exchange().subscribers("c")).isZero();
        }
    }

    @Test
    void answeredCallHasNoTimeLeft() {
        try (TestHub hub = TestHub.withDefaults()) {
            List<Call> calls = new ArrayList<>();
            hub.core.procedures().register("now", Object.class, (none, call) -> {
                calls.add(call);
                assertThat(call.remaining()).isEqualTo(Duration.ofSeconds(30));
                return 1;
            });
            TestPeer peer = hub.connect();
            hub.run(() -> peer.connection.call(
                    "now", Payload.absent(Codec.named("json")), (result, failure) -> log.add(String.valueOf(result))));
            assertThat(log).containsExactly("1");
            assertThat(calls.get(0).remaining()).isZero();
        }
    }
}
