package io.heliograph.server.binding;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** WebSocket of tests: text messages with ' in place of ", binary messages in hexadecimal. Answers and hides pings of SocketCluster. */
final class WirePeer implements WebSocket.Listener, AutoCloseable {

    private static final int DEADLINE = 20;

    private final HttpClient client = HttpClient.newHttpClient();
    private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder binary = new StringBuilder();
    private @Nullable WebSocket socket;
    private volatile String endReason = "";

    /**
     * Connects.
     *
     * @param headers names and values in turn
     */
    static WirePeer connect(String url, String... headers) {
        WirePeer peer = new WirePeer();
        WebSocket.Builder builder = peer.client.newWebSocketBuilder();
        for (int i = 0; i < headers.length; i += 2) {
            builder.header(headers[i], headers[i + 1]);
        }
        peer.socket = get(builder.buildAsync(URI.create(url), peer));
        return peer;
    }

    /** Connects, and completes the handshake of SocketCluster. */
    static WirePeer join(String url) {
        WirePeer peer = connect(url);
        assertThat(peer.ask("{'event':'#handshake','data':{'authToken':null},'cid':1}"))
                .endsWith("'isAuthenticated':false}}");
        return peer;
    }

    /** Connects, and completes the handshake of SocketCluster with a token. */
    static WirePeer join(String url, String token) {
        WirePeer peer = connect(url);
        assertThat(peer.ask("{'event':'#handshake','data':{'authToken':'" + token + "'},'cid':1}"))
                .endsWith("'isAuthenticated':true}}");
        return peer;
    }

    private static <T> T get(CompletableFuture<T> future) {
        return future.orTimeout(DEADLINE, TimeUnit.SECONDS).join();
    }

    private WebSocket socket() {
        WebSocket present = socket;
        if (present == null) {
            throw new IllegalStateException("not connected");
        }
        return present;
    }

    WirePeer send(String message) {
        get(socket().sendText(message.replace('\'', '"'), true));
        return this;
    }

    WirePeer sendHex(String hex) {
        get(socket().sendBinary(ByteBuffer.wrap(HexFormat.of().parseHex(hex)), true));
        return this;
    }

    String next() {
        return nextMessage().replace('"', '\'');
    }

    /** Returns the next message as it was received. */
    String nextMessage() {
        try {
            String message = messages.poll(DEADLINE, TimeUnit.SECONDS);
            if (message == null) {
                throw new AssertionError("no message; closed: " + closed.getNow(null));
            }
            return message;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    List<String> next(int count) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(next());
        }
        return all;
    }

    /** Sends a request and returns the next message. */
    String ask(String message) {
        return send(message).next();
    }

    WirePeer subscribe(String channel) {
        assertThat(ask("{'event':'#subscribe','data':{'channel':'" + channel + "'},'cid':99}"))
                .isEqualTo("{'rid':99}");
        return this;
    }

    /** Asserts that no message arrives before the answer to a request that is sent now. */
    void expectSilence() {
        assertThat(ask("{'event':'#unsubscribe','data':'no such channel','cid':987654}"))
                .startsWith("{'rid':987654,");
    }

    /** Returns the code of the close frame, 1005 without one, and its reason. */
    String end() {
        int code = endCode();
        return endReason.isEmpty() ? String.valueOf(code) : code + " " + endReason;
    }

    int endCode() {
        return get(closed);
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
        text.append(data);
        if (last) {
            String message = text.toString();
            text.setLength(0);
            if (message.isEmpty()) {
                from.sendText("", true);
            } else {
                messages.add(message);
            }
        }
        from.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
        byte[] bytes = new byte[data.remaining()];
        data.get(bytes);
        binary.append(HexFormat.of().formatHex(bytes));
        if (last) {
            messages.add(binary.toString());
            binary.setLength(0);
        }
        from.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
        endReason = reason;
        closed.complete(code);
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable failure) {
        closed.complete(1006);
    }

    @Override
    public void close() {
        if (socket != null) {
            socket.abort();
        }
        client.shutdownNow();
    }
}
