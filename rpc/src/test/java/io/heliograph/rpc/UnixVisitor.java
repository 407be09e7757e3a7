package io.heliograph.rpc;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** Connects to a socket file and prints what the server does: a process of another user, with the JDK only. */
final class UnixVisitor {

    private UnixVisitor() {}

    public static void main(String[] arguments) {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(Path.of(arguments[0])));
            ByteBuffer message =
                    ByteBuffer.allocate(5).putInt(1).put((byte) '/').flip();
            channel.write(message);
            System.out.println(channel.read(ByteBuffer.allocate(1)) < 0 ? "closed" : "answered");
        } catch (IOException e) {
            System.out.println("closed: " + e.getMessage());
        }
    }
}
