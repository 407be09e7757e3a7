package io.heliograph.testkit;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Server for a process of {@link AnotherUser}: listens on a Unix socket and prints the number of bytes that its first peer has sent.
 * Uses the JDK only.
 */
public final class SilentUnixServer {

    private SilentUnixServer() {}

    public static void main(String[] arguments) throws IOException {
        Path file = Path.of(arguments[0]);
        try (ServerSocketChannel server =
                ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(file))) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
            System.out.println("listening");
            try (SocketChannel client = server.accept()) {
                ByteBuffer bytes = ByteBuffer.allocate(65536);
                int length = Math.max(0, client.read(bytes));
                System.out.println("received " + length);
            }
        }
    }
}
