package io.heliograph.channel;

import static org.awaitility.Awaitility.await;

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

/** An open channel of a test, with what its host's and its own listeners were told. */
final class Opened implements AutoCloseable {

    static final Duration DEADLINE = Duration.ofSeconds(20);

    final OpenChannel channel;
    final List<ChannelConnection> accepted = new CopyOnWriteArrayList<>();
    final List<Throwable> errors = new CopyOnWriteArrayList<>();
    final AtomicInteger connects = new AtomicInteger();
    final AtomicInteger ends = new AtomicInteger();
    final AtomicInteger closes = new AtomicInteger();
    private final Queue<String> hostRead = new ConcurrentLinkedQueue<>();
    private final Queue<String> read = new ConcurrentLinkedQueue<>();
    private @Nullable ChannelSocket socket;

    Opened(Path parent, String name, UnaryOperator<OpenChannel.Builder> options) {
        this.channel =
                options.apply(OpenChannel.builder(name).directory(parent)).build(this::accept);
    }

    private void accept(ChannelConnection connection) {
        accepted.add(connection);
        connection.onData(bytes -> hostRead.add(text(bytes)));
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.ISO_8859_1.decode(bytes).toString();
    }

    ChannelSocket connect(Duration timeout) {
        ChannelSocket made = channel.connect(timeout, fresh -> {
            fresh.onConnect(connects::incrementAndGet);
            fresh.onEnd(ends::incrementAndGet);
            fresh.onError(errors::add);
            fresh.onClose(closes::incrementAndGet);
            fresh.onData(bytes -> read.add(text(bytes)));
        });
        socket = made;
        return made;
    }

    ChannelSocket connect() {
        return connect(Duration.ofSeconds(10));
    }

    Opened connected() {
        connect();
        await().atMost(DEADLINE).until(channel::connected);
        return this;
    }

    ChannelSocket socket() {
        ChannelSocket present = socket;
        if (present == null) {
            throw new AssertionError("not connected");
        }
        return present;
    }

    /** What the listener of this host has read from all its members. */
    String hostRead() {
        return String.join("", hostRead);
    }

    /** What this member has read. */
    String read() {
        return String.join("", read);
    }

    @Override
    public void close() {
        channel.closeGracefully(Duration.ofSeconds(1)).join();
    }
}
