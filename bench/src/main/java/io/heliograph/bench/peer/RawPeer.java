package io.heliograph.bench.peer;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/**
 * Lower bound: a blocking JDK socket channel with fixed-size frames as long as the other contestants', without JSON.
 */
final class RawPeer {

    private static final int CHUNK = 64 * 1024;

    private RawPeer() {}

    /** Accepts one client and echoes each frame. */
    static void echo(Path socket, int frameBytes) throws IOException {
        try (SocketChannel channel = accept(socket)) {
            ByteBuffer frame = ByteBuffer.allocateDirect(frameBytes);
            while (readFully(channel, frame.clear())) {
                writeFully(channel, frame.flip());
            }
        }
    }

    static void ping(Path socket, int frameBytes, RoundTrips trips) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            ByteBuffer frame = ByteBuffer.allocateDirect(frameBytes);
            trips.begin();
            do {
                writeFully(channel, frame.clear());
                if (!readFully(channel, frame.clear())) {
                    throw new EOFException("closed by the server");
                }
            } while (trips.more());
        }
    }

    /** Accepts one client and counts its frames, read in chunks of 64 KiB. */
    static void sink(Path socket, int frameBytes, Receipts receipts) throws IOException {
        try (SocketChannel channel = accept(socket)) {
            ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
            ByteBuffer ack = ByteBuffer.allocateDirect(Long.BYTES);
            int rest = 0;
            while (channel.read(chunk.clear()) >= 0) {
                int bytes = rest + chunk.position();
                rest = bytes % frameBytes;
                receipts.received(bytes / frameBytes, count -> {
                    try {
                        writeFully(channel, ack.clear().putLong(count).flip());
                    } catch (IOException e) {
                        throw Peer.failed(e.toString());
                    }
                });
            }
        }
    }

    /** Sends frames in chunks of at most 64 KiB. */
    static void source(Path socket, int frameBytes, int ackEvery, Credit credit)
            throws IOException, InterruptedException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK - CHUNK % frameBytes);
            ByteBuffer ack = ByteBuffer.allocateDirect(Long.BYTES);
            long sent = 0;
            // Single-threaded: a window of two acknowledgements means that one batch is sent before the previous
            // acknowledgement is read.
            while (true) {
                sendBatch(channel, chunk, (long) ackEvery * frameBytes);
                sent += ackEvery;
                if (sent == ackEvery) {
                    continue;
                }
                credit.acknowledged(readAck(channel, ack));
                if (credit.await(sent) == 0) {
                    credit.acknowledged(readAck(channel, ack));
                    return;
                }
            }
        }
    }

    private static long readAck(SocketChannel channel, ByteBuffer ack) throws IOException {
        if (!readFully(channel, ack.clear())) {
            throw new EOFException("closed by the server");
        }
        return ack.flip().getLong();
    }

    private static void sendBatch(SocketChannel channel, ByteBuffer chunk, long bytes) throws IOException {
        for (long rest = bytes; rest > 0; ) {
            int part = (int) Math.min(rest, chunk.capacity());
            writeFully(channel, chunk.clear().limit(part));
            rest -= part;
        }
    }

    private static SocketChannel accept(Path socket) throws IOException {
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            Peer.ready();
            return server.accept();
        }
    }

    private static void writeFully(SocketChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Returns false at the end of the stream. */
    private static boolean readFully(SocketChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (channel.read(bytes) < 0) {
                return false;
            }
        }
        return true;
    }
}
