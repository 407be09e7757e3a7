package io.heliograph.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.frame.Frame;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Publications queued for a slow consumer, by policy. */
class PendingPublicationsTest {

    @Test
    void fullQueueDropsOldestOfChannel() {
        var waiting = new PendingPublications(2000, false);
        assertThat(waiting.add("a", frame("a1", 300))).isZero();
        assertThat(waiting.add("b", frame("b1", 300))).isZero();
        assertThat(waiting.add("a", frame("a2", 300))).isOne();
        assertThat(waiting.add("c", frame("c1", 300))).isOne();
        assertThat(waiting.size()).isEqualTo(2);
        assertThat(taken(waiting)).containsExactly("a2", "c1");
        assertThat(waiting.isEmpty()).isTrue();
        assertThat(waiting.bytes()).isZero();
    }

    @Test
    void conflatedQueueKeepsNewestPerChannel() {
        var waiting = new PendingPublications(2000, true);
        waiting.add("a", frame("a1", 300));
        waiting.add("b", frame("b1", 300));
        assertThat(waiting.add("a", frame("a2", 300))).isOne();
        assertThat(waiting.add("c", frame("c1", 600))).isEqualTo(-1);
        assertThat(taken(waiting)).containsExactly("b1", "a2");
    }

    @Test
    void unsubscribedChannelLeavesQueue() {
        var waiting = new PendingPublications(2000, false);
        waiting.add("a", frame("a1", 10));
        waiting.add("b", frame("b1", 10));
        waiting.add("a", frame("a2", 10));
        waiting.forget("a");
        assertThat(taken(waiting)).containsExactly("b1");
    }

    @Test
    void linkTakesHalfOfTheLimitAndAnyFrameWhenEmpty() {
        assertThat(PendingPublications.hasRoom(500, frame("a", 500), 2000)).isTrue();
        assertThat(PendingPublications.hasRoom(501, frame("a", 500), 2000)).isFalse();
        assertThat(PendingPublications.hasRoom(0, frame("a", 5000), 2000)).isTrue();
    }

    private static Frame frame(String name, int length) {
        return Frame.utf8(name + " ".repeat(length - name.length()));
    }

    private static List<String> taken(PendingPublications waiting) {
        List<String> names = new ArrayList<>();
        for (Frame frame = waiting.poll(); frame != null; frame = waiting.poll()) {
            names.add(frame.utf8().strip());
        }
        return names;
    }
}
