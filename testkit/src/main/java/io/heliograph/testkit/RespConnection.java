package io.heliograph.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Connection to a Redis server, version 2 of its protocol, independent of the client under test. Each read times out after
 * {@link Await#TIMEOUT}, or after {@link #timeout}. Not thread-safe.
 */
public final class RespConnection implements AutoCloseable {

    private final Socket socket = new Socket();
    private final InputStream in;

    /** Connects. Blocks. */
    public RespConnection(String host, int port) throws IOException {
        try {
            socket.connect(new InetSocketAddress(host, port), (int) Await.TIMEOUT.toMillis());
            socket.setTcpNoDelay(true);
            timeout(Await.TIMEOUT);
            in = new BufferedInputStream(socket.getInputStream());
        } catch (IOException failed) {
            socket.close();
            throw failed;
        }
    }

    /** Limits the time of each read; the read then fails with {@link java.net.SocketTimeoutException}. */
    public RespConnection timeout(Duration timeout) throws IOException {
        socket.setSoTimeout((int) timeout.toMillis());
        return this;
    }

    /**
     * Sends a command and returns its reply: a {@code String}, a {@code Long}, a {@code List} of replies, or null.
     *
     * @throws RedisException if the reply is an error
     */
    public @Nullable Object command(String... words) throws IOException {
        send(words);
        return read();
    }

    /** Sends a command without reading its reply. */
    public void send(String... words) throws IOException {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.writeBytes(("*" + words.length + "\r\n").getBytes(UTF_8));
        for (String word : words) {
            byte[] bytes = word.getBytes(UTF_8);
            frame.writeBytes(("$" + bytes.length + "\r\n").getBytes(UTF_8));
            frame.writeBytes(bytes);
            frame.writeBytes("\r\n".getBytes(UTF_8));
        }
        socket.getOutputStream().write(frame.toByteArray());
    }

    /**
     * Reads the next reply or pushed message.
     *
     * @throws RedisException if it is an error
     * @throws EOFException if the server has closed the connection
     */
    public @Nullable Object read() throws IOException {
        String line = line();
        String rest = line.substring(1);
        return switch (line.charAt(0)) {
            case '+' -> rest;
            case '-' -> throw new RedisException(rest);
            case ':' -> Long.valueOf(rest);
            case '$' -> bulk(Integer.parseInt(rest));
            case '*' -> list(Integer.parseInt(rest));
            default -> throw new IOException("reply: '" + line + "' (expected: one of + - : $ *)");
        };
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the Redis server closed the connection");
            }
            if (next != '\r') {
                line.write(next);
            }
        }
        if (line.size() == 0) {
            throw new IOException("reply: empty line (expected: one of + - : $ *)");
        }
        return line.toString(UTF_8);
    }

    private @Nullable String bulk(int length) throws IOException {
        if (length < 0) {
            return null;
        }
        byte[] bytes = in.readNBytes(length + 2);
        if (bytes.length < length + 2) {
            throw new EOFException("the Redis server closed the connection");
        }
        return new String(bytes, 0, length, UTF_8);
    }

    private @Nullable List<@Nullable Object> list(int length) throws IOException {
        if (length < 0) {
            return null;
        }
        List<@Nullable Object> list = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            list.add(read());
        }
        return list;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
