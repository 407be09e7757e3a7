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

/** Real sockets of the JDK, which share no code with what they test. They block; the tests have time limits. */
final class Sockets {

    private Sockets() {}

    /** A private directory with a short name. */
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

    /** Leaves the file of a server that died. */
    static void stale(Path file) throws IOException {
        listen(file).close();
        assertThat(file).exists();
    }

    /** Sends text, with {@code |} for the delimiter. */
    static void send(SocketChannel channel, String text) throws IOException {
        send(channel, RawPeer.bytes(text));
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
                throw new AssertionError("the end, after " + frame);
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

    /** Reads a frame of so many bytes and its delimiter at once, which is faster where it is large. */
    static String frame(SocketChannel channel, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length + 2);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes) < 0) {
                throw new AssertionError("the end, after " + bytes.position() + " bytes");
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
            // as good as the end
        }
    }
}
