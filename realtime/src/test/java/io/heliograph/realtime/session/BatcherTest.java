package io.heliograph.realtime.session;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.frame.Frame;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.RealtimeCodec;
import io.heliograph.realtime.packet.PacketCodec;
import io.heliograph.testkit.Checklist;
import io.heliograph.testkit.ManualEventLoop;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatcherTest {

    private final ManualEventLoop loop = ManualEventLoop.create();
    private final PacketCodec codec = PacketCodec.of(RealtimeCodec.json(), 100);
    private final List<String> sent = new ArrayList<>();
    private final List<Throwable> errors = new ArrayList<>();
    private final Batcher batcher =
            new Batcher(loop, codec, ofMillis(50), message -> sent.add(message.utf8()), errors::add);

    private void send(String event) {
        assertThat(batcher.send(codec.event(event, null, PacketCodec.ABSENT))).isTrue();
    }

    private static String packet(String event) {
        return "{\"event\":\"" + event + "\"}";
    }

    @Test
    void packetsWithoutBatchAreSentSingly() {
        send("a");
        send("b");
        assertThat(sent).containsExactly(packet("a"), packet("b"));
    }

    @Test
    @Checklist("SC 171")
    void batchOfOnePacketIsArray() {
        batcher.startBatch();
        send("a");
        assertThat(sent).isEmpty();
        assertThat(batcher.isCollecting()).isTrue();
        batcher.flushBatch();
        send("b");
        assertThat(sent).containsExactly("[" + packet("a") + "]", packet("b"));
    }

    @Test
    void emptyBatchIsNotSent() {
        batcher.startBatch();
        batcher.flushBatch();
        batcher.startBatching();
        loop.advance(ofMillis(200));
        batcher.stopBatching();
        assertThat(sent).isEmpty();
    }

    @Test
    void cancelledBatchIsDropped() {
        batcher.startBatch();
        send("a");
        batcher.cancelBatch();
        send("b");
        assertThat(sent).containsExactly(packet("b"));
    }

    @Test
    void batchingSendsAtEachInterval() {
        batcher.startBatching();
        send("a");
        send("b");
        loop.advance(ofMillis(49));
        assertThat(sent).isEmpty();
        loop.advance(ofMillis(1));
        send("c");
        loop.advance(ofMillis(50));
        loop.advance(ofMillis(50));
        send("d");
        batcher.stopBatching();
        send("e");
        assertThat(sent)
                .containsExactly(
                        "[" + packet("a") + "," + packet("b") + "]",
                        "[" + packet("c") + "]",
                        "[" + packet("d") + "]",
                        packet("e"));
        assertThat(loop.timers()).isZero();
    }

    @Test
    @Checklist({"SC 168", "SC 169", "SC 170"})
    void handshakeBatchingEndsAfterDuration() {
        send("handshake");
        batcher.batchOnHandshake(ofMillis(120));
        for (int i = 0; i < 20; i++) {
            send("a" + i);
        }
        loop.advance(ofMillis(50));
        send("b");
        loop.advance(ofMillis(50));
        send("c");
        loop.advance(ofMillis(20));
        send("d");
        assertThat(sent).hasSize(5);
        assertThat(sent.get(0)).isEqualTo(packet("handshake"));
        assertThat(sent.get(1)).startsWith("[" + packet("a0") + ",").endsWith(packet("a19") + "]");
        assertThat(sent.subList(2, 5)).containsExactly("[" + packet("b") + "]", "[" + packet("c") + "]", packet("d"));
        loop.advance(ofMillis(500));
        assertThat(loop.timers()).isZero();
    }

    @Test
    void startedBatchingOutlivesHandshakeBatching() {
        batcher.batchOnHandshake(ofMillis(70));
        batcher.startBatching();
        loop.advance(ofMillis(80));
        send("a");
        assertThat(sent).isEmpty();
        loop.advance(ofMillis(50));
        assertThat(sent).containsExactly("[" + packet("a") + "]");
    }

    @Test
    void disconnectDropsBatchAndBatchingContinues() {
        batcher.startBatching();
        batcher.batchOnHandshake(ofMillis(70));
        send("a");
        batcher.disconnected();
        assertThat(loop.timers()).isZero();
        send("b");
        batcher.connected();
        assertThat(batcher.isBatching()).isTrue();
        send("c");
        loop.advance(ofMillis(50));
        assertThat(sent).containsExactly(packet("b"), "[" + packet("c") + "]");
    }

    @Test
    void newHandshakeRestartsBatchDuration() {
        batcher.batchOnHandshake(ofMillis(60));
        loop.advance(ofMillis(40));
        batcher.disconnected();
        batcher.connected();
        batcher.batchOnHandshake(ofMillis(60));
        loop.advance(ofMillis(40));
        send("a");
        assertThat(sent).isEmpty();
        loop.advance(ofMillis(20));
        assertThat(sent).hasSize(1);
    }

    @Test
    void collectedBytesAreLimited() {
        batcher.startBatch();
        for (int i = 0; i < Batcher.MAX_PACKETS + 1; i++) {
            send("a");
        }
        assertThat(sent).hasSize(1);
        Frame large = codec.event("large", null, "x".repeat(Batcher.MAX_BYTES));
        batcher.send(large);
        assertThat(sent).hasSize(3);
        assertThat(sent.subList(1, 3)).containsExactly("[" + packet("a") + "]", large.utf8());
        assertThat(batcher.isCollecting()).isTrue();
        batcher.flushBatch();
        assertThat(sent).hasSize(3);
    }

    @Test
    void batchNeverExceedsItsBytes() {
        batcher.startBatch();
        Frame half = codec.event("half", null, "x".repeat(Batcher.MAX_BYTES / 2 - 100));
        for (int i = 0; i < 5; i++) {
            batcher.send(half);
        }
        batcher.flushBatch();
        assertThat(sent).hasSize(3).allMatch(batch -> batch.length() <= Batcher.MAX_BYTES);
    }

    @Test
    void encodedBatchDoesNotExceedLimit() {
        batcher.startBatch();
        for (int i = 0; i < 10; i++) {
            batcher.send(codec.event("a", null, "x".repeat(Batcher.MAX_BYTES / 4 - 22)));
        }
        batcher.send(codec.event("a", null, "x".repeat(Batcher.MAX_BYTES - 23)));
        send("b");
        batcher.flushBatch();
        assertThat(sent)
                .hasSize(6)
                .allSatisfy(message -> assertThat(message.length()).isLessThanOrEqualTo(Batcher.MAX_BYTES));
    }

    @Test
    void batchFitsLimitOfMessages() {
        PacketCodec small = PacketCodec.of(RealtimeCodec.json(), 100, false, 100);
        Batcher limited = new Batcher(loop, small, ofMillis(50), message -> sent.add(message.utf8()), errors::add);
        limited.startBatch();
        for (int i = 0; i < 10; i++) {
            limited.send(small.event("a", null, i));
        }
        limited.flushBatch();
        assertThat(sent).hasSize(3);
        assertThat(errors).isEmpty();
    }

    @Test
    void unencodableBatchIsReported() {
        RealtimeCodec broken = new RealtimeCodec() {
            @Override
            public Frame encode(Object packet) {
                if (packet instanceof List<?>) {
                    throw new IllegalStateException("no batches");
                }
                return Frame.utf8("x");
            }

            @Override
            public Object decode(Frame message) {
                return "x";
            }
        };
        PacketCodec custom = PacketCodec.of(broken, 10);
        Batcher failing = new Batcher(loop, custom, ofMillis(50), message -> sent.add(message.utf8()), errors::add);
        failing.startBatch();
        failing.send(custom.event("a", null, 1));
        failing.flushBatch();
        assertThat(sent).isEmpty();
        assertThat(errors).singleElement().isInstanceOf(InvalidMessageException.class);
    }
}
