package io.heliograph.server.binding;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Raw client of an IPC listener, which reads and writes frames as text. */
final class RawIpcClient implements AutoCloseable {

    private static final int TIMEOUT_MILLIS = 10_000;

    private final SocketChannel channel;
    private final Selector selector;
    private final ByteBuffer input = ByteBuffer.allocate(1 << 21);

    RawIpcClient(Path file) throws IOException {
        channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(file));
        channel.configureBlocking(false);
        selector = Selector.open();
        channel.register(selector, SelectionKey.OP_READ);
    }

    /** Sends frames. */
    RawIpcClient send(String... frames) throws IOException {
        for (String frame : frames) {
            ByteBuffer bytes = ByteBuffer.wrap((frame + "\0\0").getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
        return this;
    }

    /** Ends the output. */
    void end() throws IOException {
        channel.shutdownOutput();
    }

    /** Returns the next frame, or {@code end} at the end of the stream. */
    String next() throws IOException {
        while (true) {
            for (int i = 0; i + 1 < input.position(); i++) {
                if (input.get(i) == 0 && input.get(i + 1) == 0) {
                    String frame = new String(input.array(), 0, i, StandardCharsets.UTF_8);
                    input.limit(input.position()).position(i + 2);
                    input.compact();
                    return frame;
                }
            }
            if (selector.select(TIMEOUT_MILLIS) == 0) {
                throw new AssertionError("no frame; received: "
                        + new String(input.array(), 0, input.position(), StandardCharsets.UTF_8));
            }
            selector.selectedKeys().clear();
            if (channel.read(input) < 0) {
                return "end";
            }
        }
    }

    @Override
    public void close() throws IOException {
        selector.close();
        channel.close();
    }
}
