package io.heliograph.endpoint;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Overflow;
import io.heliograph.endpoint.OutboundQueue.Offer;
import io.heliograph.frame.Frame;
import io.heliograph.frame.Framing;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Control frames of {@link OutboundQueue}: urgent ones and the final one. Queued frames end with a NUL on the wire. */
class OutboundQueueControlTest {

    private final OutboundQueue queue = new OutboundQueue(Framing.delimiter(0), 100, Overflow.REFUSE);
    private final StringBuilder wire = new StringBuilder();

    /** Copies and writes up to {@code room} bytes; returns whether bytes are left. */
    private boolean copy(int room) {
        ByteBuffer target = ByteBuffer.allocate(room);
        boolean more = queue.copyTo(target);
        queue.written(target.position());
        wire.append(new String(target.array(), 0, target.position(), US_ASCII).replace('\0', '.'));
        return more;
    }

    private void copyAll(int room) {
        boolean more = true;
        while (more) {
            more = copy(room);
        }
    }

    private void offer(String text) {
        assertThat(queue.offer(Frame.utf8(text))).isEqualTo(Offer.ACCEPTED);
    }

    @Test
    void urgentFrameFollowsAHalfCopiedFrame() {
        offer("message");
        offer("next");
        assertThat(copy(3)).isTrue();
        queue.urgent(Frame.utf8("PONG"));
        copyAll(100);
        assertThat(wire).hasToString("message.PONGnext.");
        assertThat(queue.queuedBytes()).isZero();
    }

    @Test
    void urgentFrameOvertakesQueuedFramesInBuffersOfEverySize() {
        for (int room = 1; room < 20; room++) {
            wire.setLength(0);
            offer("message");
            offer("next");
            copy(2);
            queue.urgent(Frame.utf8("PONG"));
            copyAll(room);
            assertThat(wire).as("room %s", room).hasToString("message.PONGnext.");
        }
    }

    @Test
    void queuedFramesFollowAHalfCopiedUrgentFrame() {
        queue.urgent(Frame.utf8("PONG"));
        offer("message");
        assertThat(copy(2)).isTrue();
        queue.urgent(Frame.utf8("PING"));
        copyAll(100);
        assertThat(wire).hasToString("PONGPINGmessage.");
        assertThat(queue.queuedBytes()).isZero();
    }

    @Test
    void urgentFrameReplacesOneThatHasNotBegun() {
        queue.urgent(Frame.utf8("FIRST-PONG"));
        queue.urgent(Frame.utf8("PONG"));
        assertThat(queue.queuedBytes()).isEqualTo(4);
        copyAll(100);
        assertThat(wire).hasToString("PONG");
        assertThat(queue.queuedBytes()).isZero();
    }

    @Test
    void partlyCopiedUrgentFrameLeavesBytes() {
        queue.urgent(Frame.utf8("PONG"));
        assertThat(copy(3)).isTrue();
        assertThat(queue.queuedBytes()).isOne();
        assertThat(copy(3)).isFalse();
        assertThat(wire).hasToString("PONG");
    }

    @Test
    void urgentFrameDoesNotCountAgainstTheLimit() {
        queue.urgent(Frame.utf8("x".repeat(90)));
        offer("y".repeat(90));
        assertThat(queue.queuedBytes()).isEqualTo(181);
        assertThat(queue.offer(Frame.utf8("z".repeat(90)))).isEqualTo(Offer.REFUSED);
    }

    @Test
    void finalFrameFollowsAllQueuedFrames() {
        offer("message");
        queue.end(Frame.utf8("CLOSE"));
        queue.urgent(Frame.utf8("PONG"));
        assertThat(queue.offer(Frame.utf8("late"))).isEqualTo(Offer.REFUSED);
        copyAll(4);
        assertThat(wire).hasToString("PONGmessage.CLOSE");
        assertThat(queue.queuedBytes()).isZero();
    }

    @Test
    void urgentFrameAfterTheFinalOneIsIgnored() {
        queue.end(Frame.utf8("CLOSE"));
        assertThat(copy(2)).isTrue();
        queue.urgent(Frame.utf8("PONG"));
        copyAll(100);
        assertThat(wire).hasToString("CLOSE");
        assertThat(queue.queuedBytes()).isZero();
    }

    @Test
    void clearDropsControlFrames() {
        offer("message");
        queue.urgent(Frame.utf8("PONG"));
        copy(2);
        queue.clear();
        queue.urgent(Frame.utf8("PING"));
        assertThat(queue.queuedBytes()).isZero();
        assertThat(copy(100)).isFalse();
        assertThat(wire).hasToString("PO");
    }

    @Test
    void urgentFrameFollowsADelimiterThatIsCopiedApart() {
        offer("a".repeat(50));
        copy(49);
        queue.urgent(Frame.utf8("PONG"));
        copy(1);
        copy(1);
        copyAll(2);
        assertThat(wire).hasToString("a".repeat(50) + ".PONG");
    }
}
