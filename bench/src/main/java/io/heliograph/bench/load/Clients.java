package io.heliograph.bench.load;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import org.jspecify.annotations.Nullable;

/** Connections that share one thread and selector. */
final class Clients {

    private static final int CHUNK = 256 * 1024;

    /** On Linux all of 127/8 is the loopback interface, and each address has its own ports. */
    private static final int ADDRESSES = System.getProperty("os.name").equals("Linux") ? 16 : 1;

    private final Selector selector;
    private final ByteBuffer in = ByteBuffer.allocateDirect(CHUNK);
    private int made;

    Clients() throws IOException {
        this.selector = Selector.open();
    }

    /** Factory of non-blocking connections. */
    @FunctionalInterface
    interface Maker<C extends Connection> {

        /**
         * Creates a connection.
         *
         * @param from local address, or null for any
         */
        C make(@Nullable InetSocketAddress from) throws IOException;
    }

    <C extends Connection> C connect(Maker<C> maker) throws IOException {
        byte[] address = {127, 0, 0, (byte) (1 + made++ % ADDRESSES)};
        InetSocketAddress from = new InetSocketAddress(InetAddress.getByAddress(address), 0);
        C connection = maker.make(ADDRESSES == 1 ? null : from);
        connection.key = connection
                .channel()
                .register(
                        selector,
                        connection.isConnected() ? SelectionKey.OP_READ : SelectionKey.OP_CONNECT,
                        connection);
        return connection;
    }

    /** Waits until a connection is readable or {@code millis} have passed, and processes the received bytes. */
    void turn(long millis) throws IOException {
        IOException[] failure = new IOException[1];
        selector.select(
                key -> {
                    try {
                        ready(key, (Connection) key.attachment());
                    } catch (IOException e) {
                        failure[0] = e;
                    }
                },
                millis);
        if (failure[0] != null) {
            throw failure[0];
        }
    }

    private void ready(SelectionKey key, Connection connection) throws IOException {
        if (key.isConnectable()) {
            key.interestOps(SelectionKey.OP_READ);
            connection.finishConnect();
        } else if (key.isWritable()) {
            connection.flush();
        }
        if (key.isValid() && key.isReadable()) {
            try {
                connection.read(in);
            } catch (ClosedChannelException closed) {
                if (connection.channel().isOpen()) {
                    throw closed;
                }
            }
        }
    }
}
