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

    @Test
    void droppedPublicationsBecomeOneGap() {
        var queue = queue(false);
        queue.add("a", "e:1", frame("a1", 300));
        queue.add("b", frame("b1", 300));
        assertThat(queue.add("a", "e:2", frame("a2", 300))).isOne();
        assertThat(queue.add("a", "e:3", frame("a3", 300))).isOne();
        assertThat(taken(queue)).containsExactly("b1", "gap a e:2 queue-full", "a3");
        assertThat(queue.bytes()).isZero();
    }

    @Test
    void conflationReportsGap() {
        var queue = queue(true);
        queue.add("a", "e:1", frame("a1", 300));
        queue.add("a", "e:2", frame("a2", 300));
        queue.add("a", "e:3", frame("a3", 300));
        assertThat(taken(queue)).containsExactly("gap a e:2 conflated", "a3");
    }

    @Test
    void gapOfLastPublicationRemains() {
        var queue = queue(false);
        queue.add("a", "e:1", frame("a1", 500));
        queue.add("b", frame("b1", 900));
        assertThat(taken(queue)).containsExactly("gap a e:1 queue-full", "b1");
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void reportedGapKeepsItsOrder() {
        var queue = queue(false);
        queue.add("a", "e:1", frame("a1", 10));
        queue.add(new PendingPublications.Gap("a", "e:3", "forked"));
        queue.add("a", "e:4", frame("a4", 10));
        assertThat(taken(queue)).containsExactly("a1", "gap a e:3 forked", "a4");
    }

    @Test
    void adjacentGapsAreJoined() {
        var queue = queue(false);
        queue.add("a", "e:1", frame("a1", 300));
        queue.add(new PendingPublications.Gap("a", "e:3", "forked"));
        queue.add(new PendingPublications.Gap("a", "e:4", "too-old"));
        queue.add("a", "e:5", frame("a5", 300));
        assertThat(queue.add("a", "e:6", frame("a6", 500))).isOne();
        assertThat(taken(queue)).containsExactly("gap a e:4 queue-full", "a5", "a6");
    }

    @Test
    void unsubscribedChannelLeavesNoGap() {
        var queue = queue(false);
        queue.add("a", "e:1", frame("a1", 500));
        queue.add("b", frame("b1", 900));
        queue.forget("a");
        assertThat(taken(queue)).containsExactly("b1");
        assertThat(queue.size()).isZero();
    }

    private static PendingPublications queue(boolean conflate) {
        return new PendingPublications(
                2000, conflate, gap -> Frame.utf8("gap " + gap.channel() + " " + gap.position() + " " + gap.reason()));
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
