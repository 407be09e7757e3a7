package io.heliograph.socket;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;

/** One end of a connection that speaks bytes, on a socket of the JDK. It blocks; the tests have time limits. */
final class Peer implements AutoCloseable {

    static final String HOST = "127.0.0.1";

    private final Socket socket;

    Peer(Socket socket) {
        this.socket = socket;
    }

    static Peer connect(int port) throws IOException {
        return new Peer(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    static ServerSocket listen() throws IOException {
        return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    static Peer accept(ServerSocket server) throws IOException {
        return new Peer(server.accept());
    }

    /** A port that nobody listens on. */
    static int freePort() throws IOException {
        try (ServerSocket server = listen()) {
            return server.getLocalPort();
        }
    }

    int port() {
        return socket.getLocalPort();
    }

    Peer send(String hex) throws IOException {
        socket.getOutputStream().write(Fed.hex(hex));
        return this;
    }

    Peer send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    /** So many bytes, in hex. */
    String read(int count) throws IOException {
        byte[] bytes = socket.getInputStream().readNBytes(count);
        return Fed.hex(bytes);
    }

    /** Whether the other side ends its output, after what is read here. */
    String readToEnd() throws IOException {
        InputStream in = socket.getInputStream();
        return Fed.hex(in.readAllBytes());
    }

    void end() throws IOException {
        socket.shutdownOutput();
    }

    /** Breaks the connection instead of ending it. */
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
