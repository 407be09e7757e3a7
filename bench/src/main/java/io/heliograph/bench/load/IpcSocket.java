package io.heliograph.bench.load;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/** Blocking IPC client: messages are JSON objects, each with two NUL bytes behind it. */
final class IpcSocket implements AutoCloseable {

    private final SocketChannel channel;

    private final AtomicLong received = new AtomicLong();

    IpcSocket(Path socket) throws IOException {
        channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
    }

    static byte[] message(String topic, String json) {
        return ("{\"topic\":\"" + topic + "\",\"message\":" + json + "}\0\0").getBytes(StandardCharsets.UTF_8);
    }

    /** Returns the number of received messages. */
    long received() {
        return received.get();
    }

    void write(ByteBuffer messages) throws IOException {
        while (messages.hasRemaining()) {
            channel.write(messages);
        }
    }

    /** Reads until one message is complete. */
    void readMessage(ByteBuffer in) throws IOException {
        in.clear();
        do {
            if (channel.read(in) < 0) {
                throw new IOException("connection closed by the server");
            }
        } while (in.position() < 2 || in.get(in.position() - 1) != 0 || in.get(in.position() - 2) != 0);
        received.incrementAndGet();
    }

    /** Counts the messages from now on, on a thread of its own. */
    void countReceived() {
        Thread.ofPlatform().daemon().start(() -> {
            ByteBuffer in = ByteBuffer.allocateDirect(256 * 1024);
            int zeros = 0;
            try {
                while (channel.read(in.clear()) >= 0) {
                    in.flip();
                    long messages = 0;
                    while (in.hasRemaining()) {
                        if (in.get() == 0) {
                            zeros++;
                            messages += zeros % 2 == 0 ? 1 : 0;
                        }
                    }
                    received.addAndGet(messages);
                }
            } catch (IOException e) {
                // The load has ended.
            }
        });
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
