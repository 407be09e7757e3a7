package io.heliograph.interop;

import io.heliograph.testkit.EventLog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** End of a JDK Unix domain socket, which transfers bytes without a protocol. Blocks at most 10 s. */
final class UnixPeer implements AutoCloseable {

    private final SocketChannel channel;
    private final Selector selector;
    private byte[] unread = {};

    private UnixPeer(SocketChannel channel) throws IOException {
        this.channel = channel;
        this.selector = Selector.open();
        channel.configureBlocking(false);
        channel.register(selector, 0);
    }

    static UnixPeer connect(Path socketFile) throws IOException {
        return new UnixPeer(SocketChannel.open(UnixDomainSocketAddress.of(socketFile)));
    }

    /** Opens a listening socket, which the caller must close. */
    static ServerSocketChannel listen(Path socketFile) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socketFile));
        return server;
    }

    static UnixPeer accept(ServerSocketChannel server) throws IOException {
        server.configureBlocking(false);
        try (Selector selector = Selector.open()) {
            SelectionKey key = server.register(selector, SelectionKey.OP_ACCEPT);
            selector.select(EventLog.DEADLINE.toMillis());
            key.cancel();
            SocketChannel accepted = server.accept();
            if (accepted == null) {
                throw new AssertionError("nobody connected");
            }
            return new UnixPeer(accepted);
        }
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    void write(String... texts) throws IOException {
        write(utf8(String.join("", texts)));
    }

    void write(byte... bytes) throws IOException {
        ByteBuffer left = ByteBuffer.wrap(bytes);
        while (left.hasRemaining()) {
            if (channel.write(left) == 0) {
                await(SelectionKey.OP_WRITE, "room to write");
            }
        }
    }

    /** Writes {@code bytes} repeatedly until the peer has closed; returns the number of bytes written. */
    long writeUntilRefused(byte[] bytes, long atMost) throws IOException {
        long written = 0;
        while (written < atMost) {
            try {
                int count = channel.write(ByteBuffer.wrap(bytes));
                written += count;
                if (count == 0) {
                    await(SelectionKey.OP_WRITE, "room to write");
                }
            } catch (IOException closed) {
                return written;
            }
        }
        throw new AssertionError("the peer took " + written + " bytes");
    }

    /**
     * Writes messages for as long as the peer reads within a second.
     *
     * @return the number of complete messages, and the rest of the last one
     */
    Flood flood(byte[] message, int atMost) throws IOException {
        for (int whole = 0; whole < atMost; whole++) {
            ByteBuffer left = ByteBuffer.wrap(message);
            while (left.hasRemaining()) {
                if (channel.write(left) == 0 && !isReady(SelectionKey.OP_WRITE, 1000)) {
                    return new Flood(whole, left);
                }
            }
        }
        throw new AssertionError("the peer took " + atMost + " messages");
    }

    /**
     * Result of {@link #flood}.
     *
     * @param whole number of complete messages
     * @param rest bytes of the incomplete message that are still to be written
     */
    record Flood(int whole, ByteBuffer rest) {

        byte[] restBytes() {
            byte[] bytes = new byte[rest.remaining()];
            rest.duplicate().get(bytes);
            return bytes;
        }
    }

    /** Reads {@code count} bytes. */
    byte[] read(int count) throws IOException {
        while (unread.length < count) {
            if (!readSome()) {
                throw new AssertionError("end of stream after " + unread.length + " bytes of " + count);
            }
        }
        byte[] bytes = Arrays.copyOf(unread, count);
        unread = Arrays.copyOfRange(unread, count, unread.length);
        return bytes;
    }

    /** Reads the text before the next two zero bytes. */
    String readFrame() throws IOException {
        int scanned = 0;
        while (true) {
            for (int i = scanned; i + 1 < unread.length; i++) {
                if (unread[i] == 0 && unread[i + 1] == 0) {
                    String frame = new String(unread, 0, i, StandardCharsets.UTF_8);
                    unread = Arrays.copyOfRange(unread, i + 2, unread.length);
                    return frame;
                }
            }
            scanned = Math.max(0, unread.length - 1);
            if (!readSome()) {
                throw new AssertionError(
                        "end of stream inside of a frame: " + new String(unread, StandardCharsets.UTF_8));
            }
        }
    }

    /** Reads until the peer has closed, also by a reset; returns the number of bytes. */
    long readToEnd() {
        long count = unread.length;
        unread = new byte[0];
        try {
            while (readSome()) {
                count += unread.length;
                unread = new byte[0];
            }
        } catch (IOException reset) {
            return count;
        }
        return count;
    }

    private boolean readSome() throws IOException {
        await(SelectionKey.OP_READ, "bytes");
        ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
        int count = channel.read(buffer);
        if (count < 0) {
            return false;
        }
        ByteArrayOutputStream joined = new ByteArrayOutputStream(unread.length + count);
        joined.write(unread);
        joined.write(buffer.array(), 0, count);
        unread = joined.toByteArray();
        return true;
    }

    private void await(int operation, String what) throws IOException {
        if (!isReady(operation, EventLog.DEADLINE.toMillis())) {
            throw new AssertionError("no " + what + " within " + EventLog.DEADLINE);
        }
    }

    private boolean isReady(int operation, long timeoutMillis) throws IOException {
        channel.keyFor(selector).interestOps(operation);
        selector.selectedKeys().clear();
        return selector.select(timeoutMillis) > 0;
    }

    /** Shuts down the output; the input stays open. */
    void end() throws IOException {
        channel.shutdownOutput();
    }

    /** Closes the socket. The peer sees a reset if bytes are unread. */
    @Override
    public void close() throws IOException {
        channel.close();
        selector.close();
    }
}
