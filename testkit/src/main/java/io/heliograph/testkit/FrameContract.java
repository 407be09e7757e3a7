package io.heliograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.frame.Frame;
import io.heliograph.frame.Framing;
import io.heliograph.transport.Link;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Frames arrive whole, unchanged and in order. */
abstract class FrameContract extends TransportFixture {

    private static final int[] SIZES = {0, 1, 2, 253, 254, 255, 256, 65_535, 65_536, 1 << 20};

    @Test
    void framesArriveInOrder() {
        Pair pair = pair(options(PREFIX));
        for (int i = 0; i < 10_000; i++) {
            assertThat(pair.caller().link().send(numbered(i, 8 + i % 100))).isTrue();
        }
        List<Frame> arrived = pair.called().awaitFrames(10_000);
        for (int i = 0; i < 10_000; i++) {
            assertThat(arrived.get(i)).isEqualTo(numbered(i, 8 + i % 100));
        }
        await("the queue to be empty", () -> pair.caller().link().queuedBytes() == 0);
    }

    @Test
    void framesOfEverySizeArriveWholeWithADelimiter() {
        everySizeArrivesWhole(Framing.delimiter(0, 0));
    }

    @Test
    void framesOfEverySizeArriveWholeWithALengthOfFourBytes() {
        everySizeArrivesWhole(Framing.fourByteLength());
    }

    @Test
    void framesOfEverySizeArriveWholeWithALengthOfOneOrFiveBytes() {
        everySizeArrivesWhole(Framing.oneOrFiveByteLength());
    }

    private void everySizeArrivesWhole(Framing framing) {
        Pair pair = pair(options(framing));
        for (int size : SIZES) {
            assertThat(pair.caller().link().send(numbered(size, size))).isTrue();
            assertThat(pair.called().link().send(numbered(size + 1, size))).isTrue();
        }
        List<Frame> there = pair.called().awaitFrames(SIZES.length);
        List<Frame> back = pair.caller().awaitFrames(SIZES.length);
        for (int i = 0; i < SIZES.length; i++) {
            assertThat(there.get(i)).isEqualTo(numbered(SIZES[i], SIZES[i]));
            assertThat(back.get(i)).isEqualTo(numbered(SIZES[i] + 1, SIZES[i]));
        }
    }

    @Test
    void rawBytesArriveAsTheyWereSent() {
        Pair pair = pair(options(Framing.none()));
        List<Frame> sent =
                IntStream.of(SIZES).mapToObj(size -> numbered(size, size)).toList();
        sent.forEach(frame -> assertThat(pair.caller().link().send(frame)).isTrue());
        byte[] expected = concat(sent);
        assertThat(pair.called().awaitBytes(expected.length)).isEqualTo(expected);
    }

    @Test
    void bothSidesSendAtOnce() throws InterruptedException {
        Pair pair = pair(options(PREFIX));
        List<Thread> senders = new ArrayList<>();
        for (Link link : List.of(pair.caller().link(), pair.called().link())) {
            senders.add(Thread.ofVirtual().start(() -> {
                for (int i = 0; i < 2_000; i++) {
                    link.send(numbered(i, 1_000));
                }
            }));
        }
        for (Thread sender : senders) {
            sender.join();
        }
        List<Integer> all = IntStream.range(0, 2_000).boxed().toList();
        assertThat(numbersOf(pair.called().awaitFrames(2_000))).isEqualTo(all);
        assertThat(numbersOf(pair.caller().awaitFrames(2_000))).isEqualTo(all);
    }

    @Test
    void handlerMaySendWithinFrame() {
        RecordingHandler echo = new RecordingHandler() {
            @Override
            public void frame(Link link, Frame frame) {
                super.frame(link, frame);
                link.send(frame);
            }
        };
        Pair pair = pair(options(PREFIX), options(PREFIX), new RecordingHandler(), echo);
        for (int i = 0; i < 1_000; i++) {
            pair.caller().link().send(numbered(i, 100));
        }
        assertThat(numbersOf(pair.caller().awaitFrames(1_000)))
                .isEqualTo(IntStream.range(0, 1_000).boxed().toList());
    }

    @Test
    void framesSentBeforeThePeerReadsWait() {
        RecordingHandler called = new RecordingHandler() {
            @Override
            public synchronized RecordingHandler on(Link link) {
                link.reading(false);
                return super.on(link);
            }
        };
        Pair pair = pair(options(PREFIX), options(PREFIX), new RecordingHandler(), called);
        for (int i = 0; i < 100; i++) {
            pair.caller().link().send(numbered(i, 100));
        }
        settle(pair.caller().link().loop());
        settle(called.link().loop());
        assertThat(called.frameCount()).isZero();
        called.link().reading(true);
        assertThat(numbersOf(called.awaitFrames(100)))
                .isEqualTo(IntStream.range(0, 100).boxed().toList());
    }

    @Test
    void concurrentSendersKeepTheirOrder() throws InterruptedException {
        Pair pair = pair(options(PREFIX));
        Link link = pair.caller().link();
        AtomicInteger refused = new AtomicInteger();
        List<Thread> senders = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            int first = t * 100_000;
            senders.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 5_000; i++) {
                    if (!link.send(numbered(first + i, 10))) {
                        refused.incrementAndGet();
                    }
                }
            }));
        }
        for (Thread sender : senders) {
            sender.join();
        }
        assertThat(refused).hasValue(0);
        List<Integer> arrived = numbersOf(pair.called().awaitFrames(20_000));
        assertThat(arrived).hasSize(20_000);
        for (int t = 0; t < 4; t++) {
            int first = t * 100_000;
            assertThat(arrived.stream().filter(n -> n >= first && n < first + 100_000))
                    .containsExactlyElementsOf(
                            IntStream.range(first, first + 5_000).boxed().toList());
        }
    }

    @Test
    void oneFrameIsSharedByManyLinks() {
        Frame shared = numbered(7, 10_000);
        List<Pair> pairs =
                IntStream.range(0, 20).mapToObj(i -> pair(options(PREFIX))).toList();
        pairs.forEach(pair -> pair.caller().link().send(shared));
        pairs.forEach(pair -> assertThat(pair.called().awaitFrames(1)).containsExactly(shared));
        assertThat(shared).isEqualTo(numbered(7, 10_000));
    }
}
