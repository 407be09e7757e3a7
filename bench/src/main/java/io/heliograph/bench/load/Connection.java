package io.heliograph.bench.load;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** WebSocket client of a load generator, which reads messages in place to save time. Not thread-safe. */
abstract class Connection {

    private static final byte[] LOOPBACK = {127, 0, 0, 1};
    private static final byte[] HEAD_END = {'\r', '\n', '\r', '\n'};

    private final byte[] upgrade;
    private final SocketChannel channel;
    private boolean upgraded;
    private byte @Nullable [] rest;
    private @Nullable ByteBuffer pending;

    @Nullable
    SelectionKey key;

    /**
     * Connects and sends the upgrade request.
     *
     * @param from local address, or null for any
     */
    Connection(String path, int port, @Nullable InetSocketAddress from, boolean blocking) throws IOException {
        this.upgrade = Frames.upgrade(path, port);
        this.channel = SocketChannel.open();
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        if (from != null) {
            channel.bind(from);
        }
        channel.configureBlocking(blocking);
        if (channel.connect(new InetSocketAddress(InetAddress.getByAddress(LOOPBACK), port))) {
            connected();
        }
    }

    /** Called after the upgrade. */
    abstract void upgraded() throws IOException;

    /**
     * Receives a message of {@code length} bytes at index {@code at} of {@code in}, independent of the position of
     * {@code in}.
     */
    abstract void message(int opcode, ByteBuffer in, int at, int length) throws IOException;

    SocketChannel channel() {
        return channel;
    }

    boolean isConnected() {
        return channel.isConnected();
    }

    void finishConnect() throws IOException {
        if (channel.finishConnect()) {
            connected();
        }
    }

    private void connected() throws IOException {
        send(upgrade);
        flush();
    }

    void close() throws IOException {
        channel.close();
    }

    /** Appends a frame to the output of {@link #flush()}. */
    void send(byte[] frame) {
        ByteBuffer buffer = pending;
        if (buffer == null) {
            buffer = ByteBuffer.allocate(Math.max(512, frame.length));
        } else if (buffer.remaining() < frame.length) {
            buffer = ByteBuffer.allocate(2 * (buffer.position() + frame.length)).put(buffer.flip());
        }
        pending = buffer.put(frame);
    }

    /** Writes the output as far as the socket accepts it. */
    void flush() throws IOException {
        ByteBuffer buffer = pending;
        if (buffer == null) {
            return;
        }
        channel.write(buffer.flip());
        boolean more = buffer.hasRemaining();
        buffer.compact();
        pending = more || buffer.capacity() > 512 ? buffer : null;
        SelectionKey present = key;
        if (present != null && ((present.interestOps() & SelectionKey.OP_WRITE) != 0) != more) {
            present.interestOps(SelectionKey.OP_READ | (more ? SelectionKey.OP_WRITE : 0));
        }
    }

    /** Reads once into {@code in} and processes the frames. */
    void read(ByteBuffer in) throws IOException {
        in.clear();
        if (rest != null) {
            in.put(rest);
            rest = null;
        }
        if (channel.read(in) < 0) {
            throw new IOException("connection closed by the server");
        }
        in.flip();
        if (upgraded || upgrade(in)) {
            frames(in);
        }
        if (in.hasRemaining() && channel.isOpen()) {
            rest = new byte[in.remaining()];
            in.get(rest);
        }
        if (channel.isOpen()) {
            flush();
        }
    }

    private boolean upgrade(ByteBuffer in) throws IOException {
        byte[] seen = new byte[in.remaining()];
        in.get(0, seen);
        int matched = 0;
        for (int i = 0; i < seen.length; i++) {
            matched = seen[i] == HEAD_END[matched] ? matched + 1 : seen[i] == '\r' ? 1 : 0;
            if (matched == HEAD_END.length) {
                String head = new String(seen, 0, i, StandardCharsets.US_ASCII).strip();
                if (!head.startsWith("HTTP/1.1 101")) {
                    throw new IOException("upgrade response: " + head + " (expected: 101)");
                }
                in.position(i + 1);
                upgraded = true;
                upgraded();
                return true;
            }
        }
        return false;
    }

    private void frames(ByteBuffer in) throws IOException {
        int at = in.position();
        int limit = in.limit();
        while (limit - at >= 2) {
            int length = in.get(at + 1) & 0x7f;
            int head = 2;
            if (length == 126) {
                if (limit - at < 4) {
                    break;
                }
                length = in.getShort(at + 2) & 0xffff;
                head = 4;
            } else if (length == 127) {
                throw new IOException("frame longer than the buffer of the load generator");
            }
            int end = at + head + length;
            if (end > limit) {
                break;
            }
            frame(in.get(at) & 0x0f, in, at + head, length);
            at = end;
        }
        in.position(at);
    }

    private void frame(int opcode, ByteBuffer in, int at, int length) throws IOException {
        switch (opcode) {
            case Frames.TEXT, Frames.BINARY -> message(opcode, in, at, length);
            case Frames.PING -> {
                byte[] payload = new byte[length];
                in.get(at, payload);
                send(Frames.pong(payload));
            }
            case Frames.CLOSE -> throw new IOException("closed by the server: code " + (in.getShort(at) & 0xffff));
            default -> throw unexpected(in, at, length);
        }
    }

    static IOException unexpected(ByteBuffer in, int at, int length) {
        return new IOException("unexpected: " + shown(in, at, length));
    }

    static String shown(ByteBuffer in, int at, int length) {
        byte[] bytes = new byte[length];
        in.get(at, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
