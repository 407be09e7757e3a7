package io.heliograph.channel.open;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.Dispatch;
import io.heliograph.channel.OpenChannel;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Bytes of many members that are pending for a listener which does not run. Over real sockets. */
class OpenChannelPendingTest extends OpenChannelTestCase {

    private static final int MEMBERS = 20;
    private static final int BYTES = 600_000;
    private static final long MAX = 500_000;

    /** A link may read once more after it is paused. */
    private static final int TWO_READS = 2 * 64 * 1024;

    @Test
    void membersTogetherStayWithinTheSumAndReadingResumes() throws IOException {
        Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
        AtomicLong read = new AtomicLong();
        OpenChannel host = scratch.closing(OpenChannel.builder("c")
                .directory(scratch.folder())
                .maxPendingBytes(MAX)
                .dispatch(Dispatch.on(tasks::add))
                .build(connection -> connection.onData(bytes -> read.addAndGet(bytes.remaining()))));
        host.connect();
        eventually().until(() -> {
            runAll(tasks);
            return host.isConnected() && host.stats().connections() == 1;
        });
        List<SocketChannel> members = new ArrayList<>();
        for (int i = 0; i < MEMBERS; i++) {
            SocketChannel member = scratch.closing(SocketChannel.open(StandardProtocolFamily.UNIX));
            member.connect(UnixDomainSocketAddress.of(entry()));
            members.add(member);
        }
        eventually().until(() -> {
            runAll(tasks);
            return host.stats().connections() == MEMBERS + 1;
        });
        for (SocketChannel member : members) {
            Thread.ofVirtual().start(() -> write(member));
        }
        eventually().until(() -> host.stats().bytesReceived() >= MAX);
        eventually()
                .during(Duration.ofMillis(200))
                .untilAsserted(() ->
                        assertThat(host.stats().bytesReceived()).isLessThanOrEqualTo(MAX + (long) MEMBERS * TWO_READS));
        assertThat(read).hasValue(0);
        eventually().until(() -> {
            runAll(tasks);
            return read.get() == (long) MEMBERS * BYTES;
        });
    }

    private static void runAll(Queue<Runnable> tasks) {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    private static void write(SocketChannel member) {
        try {
            ByteBuffer bytes = ByteBuffer.allocate(BYTES);
            while (bytes.hasRemaining()) {
                member.write(bytes);
            }
        } catch (IOException e) {
            // The test has ended.
        }
    }

    @Test
    void limitOfPendingBytesMustBePositive() {
        assertThatThrownBy(() -> OpenChannel.builder("c").maxPendingBytes(0))
                .hasMessage("maxPendingBytes: 0 (expected: > 0)");
    }
}
