package io.heliograph.transport.netty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;

/** An HTTP client that writes and reads bytes, on a blocking socket of the JDK with a time-out of 10 s. */
final class HttpPeer implements AutoCloseable {

    final Socket socket;
    final InputStream in;

    HttpPeer(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(10_000);
        in = socket.getInputStream();
    }

    HttpPeer send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(ISO_8859_1));
        return this;
    }

    /** Reads exactly {@code count} bytes, or fewer at the end of the stream. */
    String read(int count) throws IOException {
        return new String(in.readNBytes(count), ISO_8859_1);
    }

    /** Reads to the end of the stream. */
    String rest() throws IOException {
        return new String(in.readAllBytes(), ISO_8859_1);
    }

    /** Reads one response, with its body unless it is the response to HEAD. */
    String response(boolean withBody) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                return head.toString(ISO_8859_1) + "<end>";
            }
            head.write(next);
        }
        String text = head.toString(ISO_8859_1);
        int at = text.indexOf("Content-Length: ");
        if (at < 0 || !withBody) {
            return text;
        }
        int length = Integer.parseInt(text.substring(at + 16, text.indexOf('\r', at)));
        return text + new String(in.readNBytes(length), ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
