package io.heliograph.channel.open;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Host in a process of another user: prints the number of bytes that its first member has sent. Uses the JDK only. */
final class ForeignHost {

    private ForeignHost() {}

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
