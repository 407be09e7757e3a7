package io.heliograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.CloseReason;
import io.heliograph.ProtocolViolationException;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameTooLongException;
import io.heliograph.frame.Framing;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A link closes once, in order or at once, and both sides receive the reason. */
abstract class CloseContract extends FlowContract {

    private static final CloseReason LOCAL = new CloseReason.Local();

    /** Keeps its output open after the end of the input. */
    private static final class HalfOpen extends RecordingHandler {
        @Override
        public void inputEnded(Link link) {
            recordInputEnded(link);
        }
    }

    @Test
    void endWritesTheQueueAndInputContinues() {
        HalfOpen called = new HalfOpen();
        Pair pair = pair(options(PREFIX), options(PREFIX), new RecordingHandler(), called);
        for (int i = 0; i < 1_000; i++) {
            assertThat(pair.caller().link().send(numbered(i, 10_000))).isTrue();
        }
        pair.caller().link().end();
        assertThat(pair.caller().link().send(numbered(0, 10))).isFalse();
        called.awaitInputEnded();
        assertThat(numbersOf(called.frames()))
                .isEqualTo(IntStream.range(0, 1_000).boxed().toList());

        for (int i = 0; i < 1_000; i++) {
            assertThat(called.link().send(numbered(i, 100))).isTrue();
        }
        assertThat(numbersOf(pair.caller().awaitFrames(1_000)))
                .isEqualTo(IntStream.range(0, 1_000).boxed().toList());
        assertThat(pair.caller().reason()).isNull();
        assertThat(called.reason()).isNull();

        called.link().end();
        assertThat(pair.caller().awaitClosed()).isEqualTo(LOCAL);
        assertThat(called.awaitClosed()).isEqualTo(endedByPeer());
    }

    @Test
    void endIsAnsweredByEndByDefault() {
        Pair pair = pair(options(PREFIX));
        pair.called().link().end();
        assertThat(pair.called().awaitClosed()).isEqualTo(LOCAL);
        assertThat(pair.caller().awaitClosed()).isEqualTo(endedByPeer());
        assertThat(pair.caller().isInputEnded()).isTrue();
    }

    @Test
    void closeNotifiesBothSides() {
        Pair pair = pair(options(PREFIX));
        pair.caller().link().close(LOCAL);
        assertThat(pair.caller().awaitClosed()).isEqualTo(LOCAL);
        assertClosedAtOnce(pair.called());
    }

    private void assertClosedAtOnce(RecordingHandler other) {
        if (breaksWhenClosedAtOnce()) {
            assertThat(other.awaitClosed()).isInstanceOf(CloseReason.Failed.class);
        } else {
            assertThat(other.awaitClosed()).isEqualTo(endedByPeer());
        }
    }

    @Test
    void closeReasonReachesTheHandler() {
        Pair pair = pair(options(PREFIX));
        CloseReason broken = new CloseReason.Failed(new ProtocolViolationException("broken", null));
        pair.called().link().close(broken);
        assertThat(pair.called().awaitClosed()).isSameAs(broken);
        pair.caller().awaitClosed();
    }

    @Test
    void closeWithinFrameStopsDelivery() {
        RecordingHandler called = new RecordingHandler() {
            @Override
            public void frame(Link link, Frame frame) {
                super.frame(link, frame);
                if (frameCount() == 3) {
                    link.close(LOCAL);
                }
            }
        };
        Pair pair = pair(options(PREFIX), options(PREFIX), new RecordingHandler(), called);
        for (int i = 0; i < 100; i++) {
            pair.caller().link().send(numbered(i, 10));
        }
        assertThat(called.awaitClosed()).isEqualTo(LOCAL);
        assertThat(numbersOf(called.frames())).containsExactly(0, 1, 2);
        pair.caller().awaitClosed();
    }

    @Test
    void closeBeforeOpenReachesTheHandler() {
        RecordingHandler called = new RecordingHandler() {
            @Override
            public synchronized RecordingHandler on(Link link) {
                link.close(LOCAL);
                return super.on(link);
            }
        };
        Pair pair = pair(options(PREFIX), options(PREFIX), new RecordingHandler(), called);
        assertThat(called.awaitClosed()).isEqualTo(LOCAL);
        pair.caller().awaitClosed();
    }

    @Test
    void closedLinkRefusesFramesAndHoldsNone() {
        Pair pair = pair(options(PREFIX));
        Link link = pair.caller().link();
        link.close(LOCAL);
        assertThat(link.send(numbered(1, 10))).isFalse();
        pair.caller().awaitClosed();
        assertThat(link.send(numbered(1, 10))).isFalse();
        assertThat(link.queuedBytes()).isZero();
        assertClosedAtOnce(pair.called());
        assertThat(pair.called().frameCount()).isZero();
    }

    @Test
    void firstCloseReasonCounts() {
        Pair pair = pair(options(PREFIX));
        Link link = pair.caller().link();
        link.end();
        link.end();
        CloseReason first = new CloseReason.Failed(new ProtocolViolationException("a", null));
        link.loop().execute(() -> {
            link.close(first);
            link.close(LOCAL);
            link.end();
        });
        CloseReason reason = pair.caller().awaitClosed();
        // The close in order may precede the failure.
        assertThat(reason).isIn(first, LOCAL);
        link.close(LOCAL);
        link.end();
        link.reading(false);
        link.reading(true);
        settle(link.loop());
        assertThat(pair.caller().reason()).isSameAs(reason);
    }

    @Test
    void manyThreadsMayCloseAtOnce() throws InterruptedException {
        for (int round = 0; round < 20; round++) {
            Pair pair = pair(options(PREFIX));
            List<Thread> closers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                int kind = i;
                Link link = (i % 2 == 0 ? pair.caller() : pair.called()).link();
                closers.add(Thread.ofPlatform().start(() -> {
                    link.send(numbered(kind, 100));
                    if (kind < 2) {
                        link.close(LOCAL);
                    } else {
                        link.end();
                    }
                }));
            }
            for (Thread closer : closers) {
                closer.join();
            }
            pair.caller().awaitClosed();
            pair.called().awaitClosed();
        }
    }

    @Test
    void frameTooLongForPrefixFailsItsLinkOnly() {
        tooLong(Framing.fourByteLength());
    }

    @Test
    void frameTooLongForDelimiterFailsItsLinkOnly() {
        tooLong(Framing.delimiter(0, 0));
    }

    private void tooLong(Framing framing) {
        LinkOptions strict = options(framing).withMaxFrameBytes(1_000);
        Pair other = pair(options(framing), strict, new RecordingHandler(), new RecordingHandler());
        Pair pair = pair(options(framing), strict, new RecordingHandler(), new RecordingHandler());
        pair.caller().link().send(numbered(1, 1_000));
        pair.caller().link().send(numbered(2, 1_001));
        pair.caller().link().send(numbered(3, 10));
        CloseReason reason = pair.called().awaitClosed();
        assertThat(reason).isInstanceOf(CloseReason.Failed.class);
        assertThat(((CloseReason.Failed) reason).cause())
                .isInstanceOfSatisfying(
                        FrameTooLongException.class,
                        tooLong -> assertThat(tooLong.limit()).isEqualTo(1_000));
        assertThat(pair.called().frames()).containsExactly(numbered(1, 1_000));
        pair.caller().awaitClosed();

        other.caller().link().send(numbered(4, 1_000));
        assertThat(other.called().awaitFrames(1)).containsExactly(numbered(4, 1_000));
    }
}
