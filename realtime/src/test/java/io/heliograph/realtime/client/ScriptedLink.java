package io.heliograph.realtime.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.HeliographException;
import io.heliograph.TransportException;
import io.heliograph.frame.Frame;
import io.heliograph.testkit.ManualEventLoop;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.PeerCredentials;
import io.heliograph.transport.WebSocketTarget;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** WebSocket of a client, whose server side is the test. */
final class ScriptedLink implements Link {

    final WebSocketTarget target;
    private final ManualEventLoop loop;
    private final Queue<Frame> sent = new ArrayDeque<>();
    private @Nullable LinkHandler handler;
    private boolean over;
    private @Nullable String end;
    boolean reading = true;
    long queuedBytes;

    ScriptedLink(WebSocketTarget target, ManualEventLoop loop) {
        this.target = target;
        this.loop = loop;
    }

    void start(LinkHandler accepted) {
        handler = accepted;
    }

    private LinkHandler handler() {
        if (handler == null) {
            throw new AssertionError("not connected");
        }
        return handler;
    }

    // ---- messages of the server

    /** Delivers text messages to the client, in order. */
    ScriptedLink receive(String... texts) {
        for (String text : texts) {
            receive(Frame.utf8(text).asText());
        }
        return this;
    }

    ScriptedLink receive(Frame frame) {
        loop.execute(() -> {
            if (!over) {
                handler().frame(this, frame);
            }
        });
        loop.runReady();
        return this;
    }

    /** Closes the connection with a close frame; 0 for a close frame without a code. */
    void closeFromServer(int code, String text) {
        ended(new CloseReason.Remote(code, text));
    }

    /** Breaks the connection. */
    void cut() {
        cut(new TransportException("ECONNRESET", "read ECONNRESET", null));
    }

    void cut(HeliographException cause) {
        ended(new CloseReason.Failed(cause));
    }

    private void ended(CloseReason reason) {
        loop.execute(() -> {
            if (!over) {
                over = true;
                handler().closed(this, reason);
            }
        });
        loop.runReady();
    }

    /** Receives a subscription request and confirms it. */
    String confirmSubscription() {
        String request = next();
        assertThat(request).startsWith("{\"event\":\"#subscribe\"");
        receive("{\"rid\":" + cid(request) + "}");
        return request;
    }

    /** Returns a publication packet. */
    static String publish(String channel, String data) {
        return "{\"event\":\"#publish\",\"data\":{\"channel\":\"%s\",\"data\":%s}}".formatted(channel, data);
    }

    // ---- messages of the client

    /** Returns the next message of the client. */
    String next() {
        return nextFrame().utf8();
    }

    Frame nextFrame() {
        loop.runReady();
        Frame frame = sent.poll();
        assertThat(frame).as("a message from the client").isNotNull();
        return frame;
    }

    /** Returns all further messages of the client. */
    List<String> all() {
        loop.runReady();
        List<String> all = new ArrayList<>();
        for (Frame frame = sent.poll(); frame != null; frame = sent.poll()) {
            all.add(frame.utf8());
        }
        return all;
    }

    void nothing() {
        assertThat(all()).isEmpty();
    }

    /** Returns the client's close frame, as {@code 1000 reason}; null without a close frame. */
    @Nullable
    String ending() {
        loop.runReady();
        return end;
    }

    /** Receives the handshake and responds that the client is not authenticated. */
    ScriptedLink open() {
        return open("\"isAuthenticated\":false");
    }

    /** Receives the handshake and responds to it. */
    ScriptedLink open(String more) {
        String handshake = next();
        assertThat(handshake).startsWith("{\"event\":\"#handshake\"");
        return receive(
                "{\"rid\":%s,\"data\":{\"id\":\"socket-1\",\"pingTimeout\":30000,%s}}".formatted(cid(handshake), more));
    }

    /** Returns the number of a packet. */
    static String cid(String packet) {
        return packet.replaceFirst(".*\"cid\":(\\d+)}$", "$1");
    }

    // ---- Link

    @Override
    public EventLoop loop() {
        return loop;
    }

    @Override
    public Address peer() {
        return target.address();
    }

    @Override
    public Optional<PeerCredentials> credentials() {
        return Optional.empty();
    }

    @Override
    public boolean send(Frame frame) {
        if (over || end != null) {
            return false;
        }
        sent.add(frame);
        return true;
    }

    @Override
    public long queuedBytes() {
        return queuedBytes;
    }

    @Override
    public void reading(boolean wanted) {
        reading = wanted;
    }

    @Override
    public void end() {
        end(0, "");
    }

    @Override
    public void end(int code, String text) {
        if (end == null && !over) {
            end = (code + " " + text).strip();
            close(new CloseReason.Local()); // the server answers a close frame at once
        }
    }

    @Override
    public void close(CloseReason reason) {
        loop.execute(() -> {
            if (!over) {
                over = true;
                handler().closed(this, reason);
            }
        });
    }
}
