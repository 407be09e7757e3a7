package io.heliograph.server.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.heliograph.server.Hub;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.Arrays;

/** HTTP client that sends what a test writes, and reads responses and event streams. Blocking, with a time-out of 10 s. */
final class HttpPeer implements AutoCloseable {

    /** Response with a whole body. */
    record Response(int status, String head, String body) {}

    private final Socket socket;
    private final InputStream in;
    private final String host;
    private byte[] chunk = new byte[0];
    private int read;
    private String id = "";

    HttpPeer(Hub hub) throws IOException {
        this(hub, 0);
    }

    /** @param receiveBuffer size of the receive buffer of the socket; 0 for the default */
    HttpPeer(Hub hub, int receiveBuffer) throws IOException {
        URI url = URI.create(hub.listeners().getFirst().url());
        host = url.getHost() + ":" + url.getPort();
        socket = new Socket();
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.connect(new InetSocketAddress(url.getHost(), url.getPort()));
        socket.setSoTimeout(10_000);
        in = socket.getInputStream();
    }

    /** Sends a request, and reads its response. */
    static Response send(Hub hub, String request, String... fields) throws IOException {
        try (HttpPeer peer = new HttpPeer(hub)) {
            return peer.send(request, "", fields).response();
        }
    }

    /** Sends a JSON document to a path, and reads the response. */
    static Response post(Hub hub, String path, String body, String... fields) throws IOException {
        try (HttpPeer peer = new HttpPeer(hub)) {
            String[] all = Arrays.copyOf(fields, fields.length + 1);
            all[fields.length] = "Content-Type: application/json";
            return peer.send("POST " + path, body, all).response();
        }
    }

    HttpPeer send(String request, String body, String... fields) throws IOException {
        StringBuilder head = new StringBuilder(request + " HTTP/1.1\r\nHost: " + host + "\r\n");
        for (String field : fields) {
            head.append(field).append("\r\n");
        }
        byte[] bytes = body.getBytes(UTF_8);
        if (request.startsWith("POST")) {
            head.append("Content-Length: ").append(bytes.length).append("\r\n");
        }
        socket.getOutputStream().write(head.append("\r\n").toString().getBytes(ISO_8859_1));
        socket.getOutputStream().write(bytes);
        return this;
    }

    Response response() throws IOException {
        String head = head();
        int status = Integer.parseInt(head.substring(9, 12));
        int at = head.indexOf("Content-Length: ");
        int length = at < 0 ? 0 : Integer.parseInt(head.substring(at + 16, head.indexOf('\r', at)));
        return new Response(status, head, new String(in.readNBytes(length), UTF_8));
    }

    /** Reads the head of a response. */
    String head() throws IOException {
        return until("\r\n\r\n");
    }

    private String until(String end) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        while (!text.toString(ISO_8859_1).endsWith(end)) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("end of the stream after '" + text.toString(ISO_8859_1) + "'");
            }
            text.write(next);
        }
        return text.toString(ISO_8859_1);
    }

    /** Reads the next event of a chunked body, up to its blank line; {@code end} at the end of the body. */
    String event() throws IOException {
        ByteArrayOutputStream event = new ByteArrayOutputStream();
        byte before = 0;
        while (true) {
            while (read < chunk.length) {
                byte next = chunk[read++];
                event.write(next);
                if (next == '\n' && before == '\n') {
                    return remember(event.toString(UTF_8));
                }
                before = next;
            }
            int length = Integer.parseInt(until("\r\n").strip(), 16);
            if (length == 0) {
                return "end";
            }
            chunk = in.readNBytes(length);
            read = 0;
            until("\r\n");
        }
    }

    private String remember(String event) {
        event.lines().filter(line -> line.startsWith("id: ")).forEach(line -> id = line.substring(4));
        return event;
    }

    /** The id of the last event that had one. */
    String id() {
        return id;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
