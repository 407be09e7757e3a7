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

/**
 * A client of a SocketCluster server that looks at no more of a frame than what kind it is, so that counting them costs little.
 * Touched by one thread.
 */
final class Connection {

    /** Told of what comes. */
    interface Handler {

        /** The handshake was answered, with the token accepted. */
        void opened(Connection connection) throws IOException;

        /** A call was answered, and not with an error. */
        default void answered(Connection connection) throws IOException {}

        /** A publication has come. */
        default void published(Connection connection) throws IOException {}
    }

    private static final int OPCODE_TEXT = 1;
    private static final int OPCODE_PING = 9;
    private static final int OPCODE_CLOSE = 8;
    private static final byte[] LOOPBACK = {127, 0, 0, 1};
    private static final byte[] HEAD_END = {'\r', '\n', '\r', '\n'};

    private final Server server;
    private final Handler handler;
    private final SocketChannel channel;
    private boolean upgraded;
    private boolean open;
    private byte @Nullable [] rest;
    private @Nullable ByteBuffer pending;
    @Nullable SelectionKey key;

    /** How many publications have come. */
    long publications;

    /** The last call's number. */
    long cid = 1;

    /** How many calls have been answered. */
    long answers;

    /**
     * Where to connect to.
     *
     * @param token what the handshake presents
     */
    record Server(int port, String token) {}

    Connection(Server server, @Nullable InetSocketAddress from, boolean blocking, Handler handler)
            throws IOException {
        this.server = server;
        this.handler = handler;
        this.channel = SocketChannel.open();
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        if (from != null) {
            channel.bind(from);
        }
        channel.configureBlocking(blocking);
        if (channel.connect(
                new InetSocketAddress(InetAddress.getByAddress(LOOPBACK), server.port()))) {
            connected();
        }
    }

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
        send(Packets.upgrade(server.port()));
        flush();
    }

    void close() throws IOException {
        channel.close();
    }

    /** Adds a frame to what {@link #flush()} writes. */
    void send(byte[] frame) {
        ByteBuffer buffer = pending;
        if (buffer == null) {
            buffer = ByteBuffer.allocate(Math.max(512, frame.length));
        } else if (buffer.remaining() < frame.length) {
            buffer = ByteBuffer.allocate(2 * (buffer.position() + frame.length)).put(buffer.flip());
        }
        pending = buffer.put(frame);
    }

    /** Writes what was sent, as far as the kernel takes it. */
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

    /** Reads once, through {@code in}, and answers. */
    void read(ByteBuffer in) throws IOException {
        in.clear();
        if (rest != null) {
            in.put(rest);
            rest = null;
        }
        if (channel.read(in) < 0) {
            throw new IOException("the server has closed a connection");
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
                    throw new IOException("no upgrade but " + head);
                }
                in.position(i + 1);
                upgraded = true;
                send(Packets.handshake(server.token()));
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
                throw new IOException("a frame that is too long for this");
            }
            int end = at + head + length;
            if (end > limit) {
                break;
            }
            frame(in.get(at), in, at + head, length);
            at = end;
        }
        in.position(at);
    }

    private void frame(int head, ByteBuffer in, int at, int length) throws IOException {
        int opcode = head & 0x0f;
        if (opcode == OPCODE_TEXT && length > 12) {
            byte kind = in.get(at + 2);
            if (kind == 'e' && in.get(at + 10) == '#' && in.get(at + 11) == 'p') {
                publications++;
                handler.published(this);
                return;
            }
            if (kind == 'r') {
                answer(in, at, length);
                return;
            }
        }
        if (opcode == OPCODE_TEXT && length == 0) {
            send(Packets.text(""));
        } else if (opcode == OPCODE_TEXT && length == 2) {
            send(Packets.text("#2"));
        } else if (opcode == OPCODE_TEXT && length >= 9 && in.get(at + 2) == 'r') {
            answer(in, at, length);
        } else if (opcode == OPCODE_PING) {
            byte[] payload = new byte[length];
            in.get(at, payload);
            send(Packets.pong(payload));
        } else if (opcode == OPCODE_CLOSE) {
            throw new IOException("the server closes: " + (in.getShort(at) & 0xffff));
        } else {
            throw new IOException("unexpected: " + shown(in, at, length));
        }
    }

    private void answer(ByteBuffer in, int at, int length) throws IOException {
        int next = at + 7;
        while (in.get(next) >= '0' && in.get(next) <= '9') {
            next++;
        }
        if (in.get(next) == ',' && in.get(next + 2) == 'e') {
            throw new IOException("an error: " + shown(in, at, length));
        }
        answers++;
        if (open) {
            handler.answered(this);
            return;
        }
        String text = shown(in, at, length);
        if (!text.contains("\"isAuthenticated\":true")) {
            throw new IOException("not authenticated: " + text);
        }
        open = true;
        handler.opened(this);
    }

    private static String shown(ByteBuffer in, int at, int length) {
        byte[] bytes = new byte[length];
        in.get(at, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
