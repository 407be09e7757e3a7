package io.heliograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.CloseReason;
import io.heliograph.Overflow;
import io.heliograph.QueueFullException;
import io.heliograph.frame.Frame;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkOptions;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A paused reader slows its sender down, and a queue never exceeds its limit. */
abstract class FlowContract extends FrameContract {

    /** More bytes than a kernel buffers for a connection that is not read. */
    private static final int FLOOD = 32 << 20;

    private static final int LIMIT = 256 * 1024;

    /** Pauses reading when the link opens. */
    private static final class Stalled extends RecordingHandler {
        @Override
        public synchronized RecordingHandler on(Link link) {
            link.reading(false);
            return super.on(link);
        }
    }

    @Test
    void readingPausedWithinFrameSlowsSenderWithoutLoss() {
        RecordingHandler called = new RecordingHandler() {
            @Override
            public void frame(Link link, Frame frame) {
                super.frame(link, frame);
                if (frameCount() == 1) {
                    link.reading(false);
                }
            }
        };
        LinkOptions roomy = options(PREFIX).withQueue(FLOOD + (1 << 20), Overflow.CLOSE);
        Pair pair = pair(roomy, roomy, new RecordingHandler(), called);
        int count = FLOOD / 65_536;
        for (int i = 0; i < count; i++) {
            assertThat(pair.caller().link().send(numbered(i, 65_536))).isTrue();
        }
        settle(pair.caller().link().loop());
        settle(called.link().loop());
        // A read that has begun still delivers; the rest stays in the queue of the sender.
        assertThat(called.byteCount()).isLessThan(4 << 20);
        assertThat(pair.caller().link().queuedBytes()).isPositive();

        called.link().reading(true);
        assertThat(numbersOf(called.awaitFrames(count)))
                .isEqualTo(IntStream.range(0, count).boxed().toList());
        await("the queue to be empty", () -> pair.caller().link().queuedBytes() == 0);
    }

    @Test
    void writtenFollowsWhenSlowReaderResumes() {
        Stalled called = new Stalled();
        AtomicLong queuedAtLastCall = new AtomicLong(-1);
        RecordingHandler caller = new RecordingHandler() {
            @Override
            public synchronized void written(Link link) {
                queuedAtLastCall.set(link.queuedBytes());
                super.written(link);
            }
        };
        LinkOptions roomy = options(PREFIX).withQueue(FLOOD + (1 << 20), Overflow.CLOSE);
        Pair pair = pair(roomy, roomy, caller, called);
        int count = FLOOD / 65_536;
        for (int i = 0; i < count; i++) {
            pair.caller().link().send(numbered(i, 65_536));
        }
        settle(caller.link().loop());
        settle(called.link().loop());
        settle(caller.link().loop());
        assertThat(caller.link().queuedBytes()).isPositive();

        int callsBefore = caller.writtenCalls();
        called.link().reading(true);
        caller.awaitWritten(callsBefore + 1);
        called.awaitFrames(count);
        await("the last call of written", () -> queuedAtLastCall.get() == 0);
        assertThat(called.writtenCalls()).isZero();
    }

    @Test
    void writtenIsCalledOncePerFlush() {
        Pair pair = pair(options(PREFIX));
        Link link = pair.caller().link();
        settle(link.loop());
        assertThat(pair.caller().writtenCalls()).isZero();

        link.loop().execute(() -> {
            for (int i = 0; i < 10; i++) {
                link.send(numbered(i, 10));
            }
        });
        pair.called().awaitFrames(10);
        pair.caller().awaitWritten(1);
        settle(link.loop());
        assertThat(pair.caller().writtenCalls()).isEqualTo(1);
        assertThat(pair.called().writtenCalls()).isZero();
    }

    @Test
    void readingPausesAndResumesManyTimes() {
        Pair pair = pair(options(PREFIX));
        for (int i = 0; i < 2_000; i++) {
            pair.caller().link().send(numbered(i, 500));
            if (i % 10 == 0) {
                pair.called().link().reading(i % 20 == 0);
            }
        }
        pair.called().link().reading(true);
        assertThat(numbersOf(pair.called().awaitFrames(2_000)))
                .isEqualTo(IntStream.range(0, 2_000).boxed().toList());
    }

    @Test
    void fullQueueRefusesFramesAndLinkContinues() {
        Stalled called = new Stalled();
        Pair pair = pair(limited(Overflow.REFUSE), options(PREFIX), new RecordingHandler(), called);
        Link link = pair.caller().link();
        int accepted = 0;
        while (link.send(numbered(accepted, 4_092))) {
            assertThat(link.queuedBytes()).isLessThanOrEqualTo(LIMIT);
            accepted++;
            assertThat(accepted).isLessThan(FLOOD / 4_096);
        }
        assertThat(link.queuedBytes()).isLessThanOrEqualTo(LIMIT);

        called.link().reading(true);
        assertThat(numbersOf(called.awaitFrames(accepted)))
                .isEqualTo(IntStream.range(0, accepted).boxed().toList());
        await("room in the queue", () -> link.queuedBytes() == 0);
        assertThat(link.send(numbered(accepted, 4_092))).isTrue();
        assertThat(numberOf(called.awaitFrames(accepted + 1).get(accepted))).isEqualTo(accepted);
        assertThat(pair.caller().droppedFrames()).isZero();
    }

    @Test
    void fullQueueDropsOldestAndKeepsOrder() {
        Stalled called = new Stalled();
        Pair pair = pair(limited(Overflow.DROP_OLDEST), options(PREFIX), new RecordingHandler(), called);
        Link link = pair.caller().link();
        int count = FLOOD / 4_096;
        for (int i = 0; i < count; i++) {
            assertThat(link.send(numbered(i, 4_092))).isTrue();
            assertThat(link.queuedBytes()).isLessThanOrEqualTo(LIMIT);
        }
        called.link().reading(true);
        await("the queue to be empty", () -> link.queuedBytes() == 0);
        assertThat(link.send(numbered(count, 4_092))).isTrue();
        await("the last frame", () -> !called.frames().isEmpty() && last(called) == count);

        List<Integer> arrived = numbersOf(called.frames());
        assertThat(arrived).isSorted().doesNotHaveDuplicates();
        // The newest frames arrive.
        assertThat(arrived).endsWith(count - 2, count - 1, count);
        int lost = count + 1 - arrived.size();
        assertThat(lost).isPositive();
        assertThat(pair.caller().droppedFrames()).isEqualTo(lost);
        assertThat(pair.caller().droppedBytes()).isEqualTo(lost * (long) onTheWire(4_092));
    }

    private static int last(RecordingHandler handler) {
        return numberOf(handler.frames().getLast());
    }

    @Test
    void fullQueueClosesItsLinkOnly() {
        Stalled called = new Stalled();
        Pair other = pair(options(PREFIX));
        Pair pair = pair(limited(Overflow.CLOSE), options(PREFIX), new RecordingHandler(), called);
        Link link = pair.caller().link();
        int accepted = 0;
        while (link.send(numbered(accepted, 4_092))) {
            accepted++;
            assertThat(accepted).isLessThan(FLOOD / 4_096);
        }
        CloseReason reason = pair.caller().awaitClosed();
        assertThat(reason).isInstanceOf(CloseReason.Failed.class);
        assertThat(((CloseReason.Failed) reason).cause())
                .isInstanceOfSatisfying(
                        QueueFullException.class,
                        full -> assertThat(full.limit()).isEqualTo(LIMIT));
        assertThat(link.send(numbered(0, 10))).isFalse();
        assertThat(link.queuedBytes()).isZero();

        other.caller().link().send(numbered(1, 10));
        assertThat(other.called().awaitFrames(1)).containsExactly(numbered(1, 10));
        called.link().reading(true);
        called.awaitClosed();
    }

    @Test
    void emptyQueueAcceptsFrameLongerThanItsLimit() {
        Pair pair = pair(limited(Overflow.REFUSE));
        assertThat(pair.caller().link().send(numbered(1, 2 * LIMIT))).isTrue();
        assertThat(pair.called().awaitFrames(1)).containsExactly(numbered(1, 2 * LIMIT));
    }

    private LinkOptions limited(Overflow overflow) {
        return options(PREFIX).withQueue(LIMIT, overflow);
    }
}
