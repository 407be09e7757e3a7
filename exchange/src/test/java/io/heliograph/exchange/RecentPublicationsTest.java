package io.heliograph.exchange;

import static io.heliograph.exchange.StubBroker.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.codec.Codec;
import io.heliograph.frame.Frame;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RecentPublicationsTest {

    private final AtomicLong total = new AtomicLong();
    private final RecentPublications recent = new RecentPublications(total, at(0));

    private void add(long offset, int bytes) {
        recent.add(new Publication(
                "news",
                Codec.named("json"),
                Broker.Message.of(at(offset), at(offset - 1), Frame.utf8("1".repeat(bytes)))));
    }

    private int count(long after) {
        return Objects.requireNonNull(recent.after(at(after))).size();
    }

    @Test
    void publicationsAfterAKnownPositionAreFound() {
        assertThat(recent.after(at(0))).isEmpty();
        for (int i = 1; i <= 20; i++) {
            add(i, 1);
        }
        assertThat(count(0)).isEqualTo(20);
        assertThat(count(19)).isEqualTo(1);
        assertThat(count(20)).isZero();
        assertThat(recent.after(at(21))).isNull();
        assertThat(recent.after(new Position("f", 3))).isNull();
        assertThat(Objects.requireNonNull(recent.after(at(7))).getFirst().position())
                .isEqualTo(at(8));
    }

    @Test
    void oldestAreForgottenAtTheLimitOfTheirNumber() {
        for (int i = 1; i <= 300; i++) {
            add(i, 1);
        }
        assertThat(count(172)).isEqualTo(128);
        assertThat(recent.after(at(171))).isNull();
        assertThat(total).hasValue(128 * 257);
    }

    @Test
    void oldestAreForgottenAtTheLimitOfTheirBytes() {
        for (int i = 1; i <= 10; i++) {
            add(i, 16_000);
        }
        assertThat(count(6)).isEqualTo(4);
        assertThat(recent.after(at(5))).isNull();
        add(11, 70_000);
        assertThat(recent.after(at(10))).isNull();
        assertThat(count(11)).isZero();
        assertThat(total).hasValue(0);
        add(12, 1);
        assertThat(count(11)).isEqualTo(1);
    }

    @Test
    void nothingIsKeptAtTheLimitOfAllChannels() {
        add(1, 1);
        total.addAndGet(RecentPublications.MAX_TOTAL_BYTES - 300);
        add(2, 1);
        assertThat(recent.after(at(0))).isNull();
        assertThat(count(2)).isZero();
        assertThat(total).hasValue(RecentPublications.MAX_TOTAL_BYTES - 300);
    }

    @Test
    void clearForgetsAndReturnsItsBytes() {
        add(1, 1);
        add(2, 1);
        recent.clear(at(9));
        assertThat(total).hasValue(0);
        assertThat(recent.after(at(1))).isNull();
        assertThat(count(9)).isZero();
        add(10, 1);
        assertThat(count(9)).isEqualTo(1);
    }
}
