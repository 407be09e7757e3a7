package io.heliograph.channel.open;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.channel.ChannelConnection;
import io.heliograph.testkit.Await;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** Ends of channels with queued bytes, or with listeners that never return. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class OpenChannelCloseTest extends OpenChannelTestCase {

    private static final int BYTES = 8 << 20;

    @Test
    void hostFlushesQueuedBytesBeforeItCloses() {
        OpenChannelFixture host = open().connected();
        AtomicLong received = new AtomicLong();
        OpenChannelFixture member = open();
        member.channel.connect(
                Duration.ofSeconds(10), socket -> socket.onData(data -> received.addAndGet(data.remaining())));
        eventually().until(() -> host.accepted.size() == 2);
        ChannelConnection toMember = host.accepted.getLast();
        assertThat(toMember.write(ByteBuffer.allocate(BYTES))).isTrue();
        Await.value(host.channel.closeGracefully(Duration.ofSeconds(10)));
        eventually().untilAsserted(() -> assertThat(received).hasValue(BYTES));
    }

    @Test
    void channelClosesAlthoughListenersNeverReturn() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch entered = new CountDownLatch(1);
        OpenChannelFixture host = open().connected();
        eventually().until(() -> host.accepted.size() == 1);
        host.accepted.getFirst().onData(data -> {
            entered.countDown();
            try {
                release.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        host.socket().write("x");
        entered.await();
        try {
            CompletableFuture<Void> closed = host.channel.closeGracefully(Duration.ofMillis(200));
            Await.value(closed);
        } finally {
            release.countDown();
        }
        assertThat(entry()).doesNotExist();
    }
}
