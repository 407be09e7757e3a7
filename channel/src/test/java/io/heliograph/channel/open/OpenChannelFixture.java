package io.heliograph.channel.open;

import static org.awaitility.Awaitility.await;

import io.heliograph.channel.ChannelConnection;
import io.heliograph.channel.ChannelSocket;
import io.heliograph.channel.OpenChannel;
import io.heliograph.testkit.Await;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** An open channel with the events of its connection listener and of its socket. */
final class OpenChannelFixture implements AutoCloseable {

    final OpenChannel channel;
    final List<ChannelConnection> accepted = new CopyOnWriteArrayList<>();
    final List<Throwable> errors = new CopyOnWriteArrayList<>();
    final AtomicInteger connects = new AtomicInteger();
    final AtomicInteger ends = new AtomicInteger();
    final AtomicInteger closes = new AtomicInteger();
    private final Queue<String> hostRead = new ConcurrentLinkedQueue<>();
    private @Nullable ChannelSocket socket;

    OpenChannelFixture(Path parent, String name, UnaryOperator<OpenChannel.Builder> options) {
        this.channel =
                options.apply(OpenChannel.builder(name).directory(parent)).build(this::accept);
    }

    private void accept(ChannelConnection connection) {
        accepted.add(connection);
        connection.onData(bytes -> hostRead.add(decode(bytes)));
    }

    private static String decode(ByteBuffer bytes) {
        return StandardCharsets.ISO_8859_1.decode(bytes).toString();
    }

    ChannelSocket connect(Duration timeout) {
        ChannelSocket made = channel.connect(timeout, fresh -> {
            fresh.onConnect(connects::incrementAndGet);
            fresh.onEnd(ends::incrementAndGet);
            fresh.onError(errors::add);
            fresh.onClose(closes::incrementAndGet);
        });
        socket = made;
        return made;
    }

    ChannelSocket connect() {
        return connect(Duration.ofSeconds(10));
    }

    OpenChannelFixture connected() {
        connect();
        await().atMost(Await.TIMEOUT).until(channel::isConnected);
        return this;
    }

    ChannelSocket socket() {
        ChannelSocket present = socket;
        if (present == null) {
            throw new AssertionError("not connected");
        }
        return present;
    }

    /** Returns the bytes that this host has read from all members. */
    String hostRead() {
        return String.join("", hostRead);
    }

    @Override
    public void close() {
        Await.value(channel.closeGracefully(Duration.ofSeconds(1)));
    }
}
