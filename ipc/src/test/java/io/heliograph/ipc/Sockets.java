package io.heliograph.ipc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Blocking Unix domain sockets of the JDK; the tests have time limits. */
final class Sockets {

    private Sockets() {}

    /** Creates a private directory with a short name. */
    static Path directory() throws IOException {
        return Files.createTempDirectory(
                "ipc", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    static SocketChannel connect(Path file) throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(file));
    }

    static ServerSocketChannel listen(Path file) throws IOException {
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(file));
    }

    /** Creates a stale socket file. */
    static void stale(Path file) throws IOException {
        listen(file).close();
        assertThat(file).exists();
    }

    /** Sends a string in which {@code |} stands for the delimiter. */
    static void send(SocketChannel channel, String frames) throws IOException {
        send(channel, RawPeer.bytes(frames));
    }

    static void send(SocketChannel channel, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    /** Reads one frame, without its delimiter. */
    static String frame(SocketChannel channel) throws IOException {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        ByteBuffer one = ByteBuffer.allocate(1);
        int zeros = 0;
        while (zeros < 2) {
            if (channel.read(one) < 0) {
                throw new AssertionError("end of stream after " + frame);
            }
            byte next = one.flip().get();
            one.clear();
            zeros = next == 0 ? zeros + 1 : 0;
            if (next != 0) {
                frame.write(next);
            }
        }
        return frame.toString(StandardCharsets.UTF_8);
    }

    /** Reads a frame of {@code length} bytes and its delimiter at once; faster for large frames. */
    static String frame(SocketChannel channel, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length + 2);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes) < 0) {
                throw new AssertionError("end of stream after " + bytes.position() + " bytes");
            }
        }
        assertThat(bytes.getShort(length)).as("delimiter").isZero();
        return new String(bytes.array(), 0, length, StandardCharsets.UTF_8);
    }

    /** Reads until the end of the stream; a reset is an end too. */
    static void expectEnd(SocketChannel channel) {
        ByteBuffer buffer = ByteBuffer.allocate(65536);
        try {
            while (channel.read(buffer) >= 0) {
                buffer.clear();
            }
        } catch (IOException reset) {
            // equivalent to the end of the stream
        }
    }
}
