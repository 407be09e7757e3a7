package io.heliograph.endpoint;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.Overflow;
import io.heliograph.endpoint.OutboundQueue.Dropped;
import io.heliograph.endpoint.OutboundQueue.Offer;
import io.heliograph.frame.Frame;
import io.heliograph.frame.Framing;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OutboundQueueTest {

    private static final Framing NULS = Framing.delimiter(0, 0);

    private static OutboundQueue queue(int limit, Overflow overflow) {
        return new OutboundQueue(NULS, limit, overflow);
    }

    /** Copies all bytes of the queue through a buffer of {@code room} bytes. */
    private static byte[] drain(OutboundQueue queue, int room) {
        ByteArrayOutputStream wire = new ByteArrayOutputStream();
        boolean more = true;
        while (more) {
            ByteBuffer target = ByteBuffer.allocate(room);
            more = queue.copyTo(target);
            wire.write(target.array(), 0, target.position());
            queue.written(target.position());
        }
        return wire.toByteArray();
    }

    private static byte[] drain(OutboundQueue queue) {
        return drain(queue, 1000);
    }

    private static byte[] wire(String... texts) {
        return (String.join("\0\0", texts) + "\0\0").getBytes(UTF_8);
    }

    @Test
    void framesAreCopiedInOrderIntoBuffersOfEverySize() {
        for (int room = 1; room < 30; room++) {
            OutboundQueue queue = queue(100, Overflow.REFUSE);
            for (String text : List.of("hello", "", "a", "good day")) {
                assertThat(queue.offer(Frame.utf8(text))).isEqualTo(Offer.ACCEPTED);
            }
            assertThat(queue.queuedBytes()).isEqualTo(22);
            assertThat(drain(queue, room)).as("room %s", room).isEqualTo(wire("hello", "", "a", "good day"));
            assertThat(queue.queuedBytes()).isZero();
        }
    }

    @Test
    void copyReturnsWhetherBytesAreLeft() {
        OutboundQueue queue = queue(100, Overflow.REFUSE);
        queue.offer(Frame.utf8("ab"));
        queue.offer(Frame.utf8("cd"));
        assertThat(queue.copyTo(ByteBuffer.allocate(3))).isTrue();
        assertThat(queue.copyTo(ByteBuffer.allocate(0))).isTrue();
        assertThat(queue.copyTo(ByteBuffer.allocate(1))).isTrue();
        assertThat(queue.copyTo(ByteBuffer.allocate(4))).isFalse();
        assertThat(queue.copyTo(ByteBuffer.allocate(4))).isFalse();
    }

    @Test
    void copiedBytesCountUntilWritten() {
        OutboundQueue queue = queue(8, Overflow.REFUSE);
        queue.offer(Frame.utf8("abcdef"));
        queue.copyTo(ByteBuffer.allocate(8));
        assertThat(queue.queuedBytes()).isEqualTo(8);
        assertThat(queue.offer(Frame.utf8("x"))).isEqualTo(Offer.REFUSED);
        queue.written(5);
        assertThat(queue.queuedBytes()).isEqualTo(3);
        assertThat(queue.offer(Frame.utf8("xyz"))).isEqualTo(Offer.ACCEPTED);
    }

    @Test
    void limitCountsBytesOnTheWire() {
        OutboundQueue queue = queue(10, Overflow.REFUSE);
        assertThat(queue.offer(Frame.utf8("abc"))).isEqualTo(Offer.ACCEPTED);
        assertThat(queue.offer(Frame.utf8("abcd"))).isEqualTo(Offer.REFUSED);
        assertThat(queue.offer(Frame.utf8("abc"))).isEqualTo(Offer.ACCEPTED);
        assertThat(queue.queuedBytes()).isEqualTo(10);
        assertThat(queue.offer(Frame.utf8(""))).isEqualTo(Offer.REFUSED);
        assertThat(drain(queue)).isEqualTo(wire("abc", "abc"));
    }

    @ParameterizedTest
    @EnumSource
    void emptyQueueAcceptsAFrameOverTheLimit(Overflow overflow) {
        OutboundQueue queue = queue(4, overflow);
        assertThat(queue.offer(Frame.utf8("longer"))).isEqualTo(Offer.ACCEPTED);
        assertThat(queue.queuedBytes()).isEqualTo(8);
        assertThat(drain(queue)).isEqualTo(wire("longer"));
    }

    @Test
    void overflowByCloseKeepsQueuedFrames() {
        OutboundQueue queue = queue(6, Overflow.CLOSE);
        queue.offer(Frame.utf8("abc"));
        assertThat(queue.offer(Frame.utf8("d"))).isEqualTo(Offer.OVERFLOWED);
        assertThat(drain(queue)).isEqualTo(wire("abc"));
    }

    @Test
    void oldestFramesAreDroppedUntilTheNewestFits() {
        OutboundQueue queue = queue(12, Overflow.DROP_OLDEST);
        for (String text : List.of("a1", "b2", "c3", "d4", "e5")) {
            assertThat(queue.offer(Frame.utf8(text))).isEqualTo(Offer.ACCEPTED);
            assertThat(queue.queuedBytes()).isLessThanOrEqualTo(12);
        }
        assertThat(queue.takeDropped()).isEqualTo(new Dropped(2, 8));
        assertThat(queue.takeDropped()).isEqualTo(new Dropped(0, 0));
        assertThat(queue.offer(Frame.utf8("six666"))).isEqualTo(Offer.ACCEPTED);
        assertThat(queue.takeDropped()).isEqualTo(new Dropped(2, 8));
        assertThat(drain(queue)).isEqualTo(wire("e5", "six666"));
    }

    @Test
    void partiallyCopiedFrameIsNeverDropped() {
        OutboundQueue queue = queue(12, Overflow.DROP_OLDEST);
        queue.offer(Frame.utf8("a1"));
        queue.offer(Frame.utf8("b2"));
        queue.offer(Frame.utf8("c3"));
        ByteBuffer begun = ByteBuffer.allocate(1);
        queue.copyTo(begun);
        queue.written(1);
        assertThat(queue.offer(Frame.utf8("d4"))).isEqualTo(Offer.ACCEPTED);
        assertThat(queue.takeDropped()).isEqualTo(new Dropped(1, 4));
        assertThat(begun.array()).isEqualTo(new byte[] {'a'});
        assertThat(drain(queue)).isEqualTo("1\0\0c3\0\0d4\0\0".getBytes(US_ASCII));
    }

    @Test
    void frameThatCannotFitIsRejectedWithoutDrops() {
        OutboundQueue queue = queue(12, Overflow.DROP_OLDEST);
        queue.offer(Frame.utf8("a1"));
        queue.offer(Frame.utf8("b2"));
        queue.copyTo(ByteBuffer.allocate(2));
        // Eight bytes fit beside the partially copied frame, nine do not.
        assertThat(queue.offer(Frame.utf8("1234567"))).isEqualTo(Offer.REFUSED);
        assertThat(queue.takeDropped()).isEqualTo(new Dropped(0, 0));
        assertThat(queue.offer(Frame.utf8("123456"))).isEqualTo(Offer.ACCEPTED);
        assertThat(queue.takeDropped()).isEqualTo(new Dropped(1, 4));
    }

    @Test
    void frameOverTheLimitDropsAllQueuedFrames() {
        OutboundQueue queue = queue(12, Overflow.DROP_OLDEST);
        queue.offer(Frame.utf8("a1"));
        queue.offer(Frame.utf8("b2"));
        assertThat(queue.offer(Frame.utf8("longer than all"))).isEqualTo(Offer.ACCEPTED);
        assertThat(queue.takeDropped()).isEqualTo(new Dropped(2, 8));
        assertThat(drain(queue)).isEqualTo(wire("longer than all"));
    }

    @Test
    void framesWithoutBytesOnTheWireTakeNoRoom() {
        OutboundQueue queue = new OutboundQueue(Framing.none(), 4, Overflow.REFUSE);
        queue.offer(Frame.utf8("abcd"));
        for (int i = 0; i < 1_000; i++) {
            assertThat(queue.offer(Frame.empty())).isEqualTo(Offer.ACCEPTED);
        }
        assertThat(queue.pendingFrames()).isEqualTo(1);
        assertThat(drain(queue)).isEqualTo(new byte[] {'a', 'b', 'c', 'd'});
    }

    @Test
    void endRejectsFramesAndKeepsQueuedFrames() {
        OutboundQueue queue = queue(100, Overflow.CLOSE);
        queue.offer(Frame.utf8("a"));
        queue.end();
        assertThat(queue.offer(Frame.utf8("b"))).isEqualTo(Offer.REFUSED);
        assertThat(drain(queue)).isEqualTo(wire("a"));
    }

    @Test
    void clearDropsFramesAndIgnoresLaterWrites() {
        OutboundQueue queue = queue(100, Overflow.CLOSE);
        queue.offer(Frame.utf8("abc"));
        queue.offer(Frame.utf8("def"));
        queue.copyTo(ByteBuffer.allocate(2));
        queue.clear();
        assertThat(queue.queuedBytes()).isZero();
        assertThat(queue.copyTo(ByteBuffer.allocate(10))).isFalse();
        assertThat(queue.offer(Frame.utf8("b"))).isEqualTo(Offer.REFUSED);
        queue.written(2);
        assertThat(queue.queuedBytes()).isZero();
    }

    @Test
    void limitMustBePositive() {
        assertThatThrownBy(() -> queue(0, Overflow.CLOSE)).hasMessage("limit: 0 (expected: > 0)");
    }

    @ParameterizedTest
    @EnumSource
    void limitAndCountsHoldWithConcurrentProducers(Overflow overflow) throws InterruptedException {
        int limit = 1_000;
        OutboundQueue queue = new OutboundQueue(Framing.fourByteLength(), limit, overflow);
        AtomicLong accepted = new AtomicLong();
        CountDownLatch running = new CountDownLatch(4);
        List<Thread> offerers = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            Random random = new Random(t);
            byte id = (byte) t;
            offerers.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 20_000; i++) {
                    byte[] frame = new byte[1 + random.nextInt(60)];
                    frame[0] = id;
                    if (queue.offer(Frame.of(frame)) == Offer.ACCEPTED) {
                        accepted.addAndGet(4 + frame.length);
                    }
                }
                running.countDown();
            }));
        }
        long written = 0;
        Random random = new Random(99);
        ByteArrayOutputStream wire = new ByteArrayOutputStream();
        boolean more = true;
        while (running.getCount() > 0 || more) {
            ByteBuffer target = ByteBuffer.allocate(1 + random.nextInt(100));
            more = queue.copyTo(target);
            assertThat(queue.queuedBytes()).isBetween(0L, (long) limit);
            wire.write(target.array(), 0, target.position());
            queue.written(target.position());
            written += target.position();
        }
        for (Thread offerer : offerers) {
            offerer.join();
        }
        written += drain(queue).length;
        Dropped dropped = queue.takeDropped();
        assertThat(queue.queuedBytes()).isZero();
        assertThat(written + dropped.bytes()).isEqualTo(accepted.get());
        assertWhole(wire.toByteArray());
    }

    /** Decoder of whole frames; the last one may be incomplete. */
    private static void assertWhole(byte[] wire) {
        int at = 0;
        while (at + 5 <= wire.length) {
            int length = ByteBuffer.wrap(wire, at, 4).getInt();
            assertThat(length).isBetween(1, 60);
            assertThat(wire[at + 4]).isBetween((byte) 0, (byte) 3);
            at += 4 + length;
        }
    }

    @ParameterizedTest
    @EnumSource(Overflow.class)
    void numberOfTinyFramesIsLimited(Overflow overflow) {
        int limit = 1 << 20;
        OutboundQueue queue = new OutboundQueue(Framing.none(), limit, overflow);
        Frame tiny = Frame.of(new byte[] {1});
        for (int i = 0; i < limit / 64; i++) {
            assertThat(queue.offer(tiny)).isEqualTo(Offer.ACCEPTED);
        }
        assertThat(queue.offer(tiny))
                .isEqualTo(
                        switch (overflow) {
                            case REFUSE -> Offer.REFUSED;
                            case CLOSE -> Offer.OVERFLOWED;
                            case DROP_OLDEST -> Offer.ACCEPTED;
                        });
        assertThat(queue.queuedBytes()).isEqualTo(limit / 64);
    }
}
