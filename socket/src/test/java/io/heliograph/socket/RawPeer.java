package io.heliograph.socket;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;

/** Peer that exchanges raw bytes over a blocking JDK socket; the tests have time limits. */
final class RawPeer implements AutoCloseable {

    static final String HOST = "127.0.0.1";

    private final Socket socket;

    RawPeer(Socket socket) {
        this.socket = socket;
    }

    static RawPeer connect(int port) throws IOException {
        return new RawPeer(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    static ServerSocket listen() throws IOException {
        return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    static RawPeer accept(ServerSocket server) throws IOException {
        return new RawPeer(server.accept());
    }

    /** Returns an unused port. */
    static int freePort() throws IOException {
        try (ServerSocket server = listen()) {
            return server.getLocalPort();
        }
    }

    int port() {
        return socket.getLocalPort();
    }

    RawPeer send(String hex) throws IOException {
        socket.getOutputStream().write(ConnectionHarness.hex(hex));
        return this;
    }

    RawPeer send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    /** Reads {@code count} bytes, in hex. */
    String read(int count) throws IOException {
        byte[] bytes = socket.getInputStream().readNBytes(count);
        return ConnectionHarness.hex(bytes);
    }

    /** Reads until the end of the stream, in hex. */
    String readToEnd() throws IOException {
        InputStream in = socket.getInputStream();
        return ConnectionHarness.hex(in.readAllBytes());
    }

    void end() throws IOException {
        socket.shutdownOutput();
    }

    /** Resets the connection. */
    void reset() throws IOException {
        socket.setOption(StandardSocketOptions.SO_LINGER, 0);
        socket.close();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
