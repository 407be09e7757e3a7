package io.heliograph.bench.peer;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** Lower bound: framed doubles on a blocking JDK socket, with the same frames and checks. */
final class RawDoubles implements AutoCloseable {

    private static final int BUFFER = 256 * 1024;

    private final SocketChannel channel;
    private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER).limit(0);
    private final ByteBuffer out = ByteBuffer.allocateDirect(BUFFER);

    private RawDoubles(SocketChannel channel) throws IOException {
        this.channel = channel;
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }

    /** Writes a message to the buffer, and the buffer to the socket when it is full. */
    private void put(double... message) throws IOException {
        int length = message.length * Double.BYTES;
        if (out.remaining() < length + 5) {
            flush();
        }
        if (length < 255) {
            out.put((byte) length);
        } else {
            out.put((byte) 0xff).putInt(length);
        }
        out.asDoubleBuffer().put(message);
        out.position(out.position() + length);
    }

    private void flush() throws IOException {
        out.flip();
        while (out.hasRemaining()) {
            channel.write(out);
        }
        out.clear();
    }

    /** Returns whether a complete message is buffered. */
    private boolean hasMore() {
        if (!in.hasRemaining()) {
            return false;
        }
        int first = in.get(in.position()) & 0xff;
        if (first < 255) {
            return in.remaining() > first;
        }
        return in.remaining() >= 5 && in.remaining() - 5 >= in.getInt(in.position() + 1);
    }

    private double[] next() throws IOException {
        while (!hasMore()) {
            in.compact();
            int count = channel.read(in);
            in.flip();
            if (count < 0) {
                throw new EOFException();
            }
        }
        int first = in.get() & 0xff;
        int length = first < 255 ? first : in.getInt();
        double[] message = new double[length / Double.BYTES];
        in.asDoubleBuffer().get(message);
        in.position(in.position() + length);
        return message;
    }

    private interface Conversation {
        void with(RawDoubles peer) throws IOException;
    }

    private static void accept(Conversation conversation) throws IOException, InterruptedException {
        ServerSocketChannel server =
                ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        SocketPeer.ready(((InetSocketAddress) server.getLocalAddress()).getPort());
        try (RawDoubles peer = new RawDoubles(server.accept())) {
            conversation.with(peer);
        } catch (IOException | UncheckedIOException e) {
            // The client has disconnected.
        }
        Thread.currentThread().join(); // until the driver terminates this process
    }

    private static RawDoubles connect(int port) throws IOException {
        return new RawDoubles(SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
    }

    static void echo() throws IOException, InterruptedException {
        accept(peer -> {
            while (true) {
                peer.put(peer.next());
                if (!peer.hasMore()) {
                    peer.flush();
                }
            }
        });
    }

    static void ping(int port, double[] message, RoundTrips trips) throws IOException {
        try (RawDoubles peer = connect(port)) {
            trips.begin();
            do {
                message[0]++;
                peer.put(message);
                peer.flush();
                SocketPeer.check(peer.next(), (long) message[0]);
            } while (trips.more());
        }
    }

    static void sink(Receipts receipts) throws IOException, InterruptedException {
        accept(peer -> {
            for (long received = 0; ; received++) {
                SocketPeer.check(peer.next(), received);
                receipts.received(1, peer::acknowledge);
            }
        });
    }

    private void acknowledge(long count) {
        try {
            put((double) count);
            flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void source(int port, double[] message, Credit credit) throws IOException, InterruptedException {
        RawDoubles peer = connect(port);
        Thread.ofPlatform().daemon().start(() -> acknowledge(peer, credit));
        long sent = 0;
        for (int granted; (granted = credit.await(sent)) > 0; ) {
            for (long end = sent + granted; sent < end; sent++) {
                message[0] = sent;
                peer.put(message);
            }
            peer.flush();
        }
        credit.awaitAll(sent);
    }

    private static void acknowledge(RawDoubles peer, Credit credit) {
        try {
            while (true) {
                credit.acknowledged((long) peer.next()[0]);
            }
        } catch (EOFException end) {
            // The measurement has ended.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
