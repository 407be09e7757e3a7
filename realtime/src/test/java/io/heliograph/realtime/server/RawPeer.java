package io.heliograph.realtime.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.CloseReason;
import io.heliograph.HeliographException;
import io.heliograph.frame.Frame;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.Transport;
import io.heliograph.transport.WebSocketOptions;
import io.heliograph.transport.WebSocketTarget;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Raw client of tests: sends and receives messages as strings with ' in place of ". Answers and hides pings of both versions unless
 * a test shows them.
 */
final class RawPeer implements Transport.ConnectHandler, LinkHandler {

    static final String HANDSHAKE = "{'event':'#handshake','data':{'authToken':null},'cid':1}";

    private static final Pattern ACCEPTED =
            Pattern.compile("\\{'rid':1,'data':\\{'id':'([\\w-]{20})','pingTimeout':\\d+,'isAuthenticated':false}}");

    /** Time limit for expected events, in seconds. */
    static final int DEADLINE = 20;

    private final BlockingQueue<Frame> frames = new LinkedBlockingQueue<>();
    private final CompletableFuture<Link> link = new CompletableFuture<>();
    private final CompletableFuture<CloseReason> closed = new CompletableFuture<>();
    private final Runnable settle;
    private volatile boolean showPings;
    private volatile boolean mute;
    private String id = "";

    private RawPeer(Runnable settle) {
        this.settle = settle;
    }

    /**
     * Begins to connect.
     *
     * @param settle runs loops that do not run by themselves
     */
    static RawPeer open(Transport transport, EventLoop loop, WebSocketTarget target, Runnable settle) {
        RawPeer peer = new RawPeer(settle);
        transport.connect(target, loop, WebSocketOptions.defaults().withMaxMessageBytes(64 << 20), peer);
        return peer;
    }

    /** Shows pings as messages; their pongs are the test's then. */
    RawPeer showingPings() {
        showPings = true;
        return this;
    }

    /** Leaves pings unanswered. */
    RawPeer mute() {
        mute = true;
        return this;
    }

    @Override
    public LinkHandler connected(Link opened) {
        link.complete(opened);
        return this;
    }

    @Override
    public void failed(HeliographException cause) {
        link.completeExceptionally(cause);
        closed.complete(new CloseReason.Failed(cause));
    }

    @Override
    public void frame(Link from, Frame frame) {
        String text = frame.isText() ? frame.utf8() : "binary";
        boolean ping = text.isEmpty() || text.equals("#1");
        if (ping && !showPings) {
            if (!mute) {
                from.send(Frame.utf8(text.isEmpty() ? "" : "#2").asText());
            }
            return;
        }
        frames.add(frame);
    }

    @Override
    public void closed(Link from, CloseReason reason) {
        closed.complete(reason);
    }

    // ---- what tests do

    Link link() {
        settle.run();
        return get(link);
    }

    private static <T> T get(CompletableFuture<T> future) {
        return future.orTimeout(DEADLINE, TimeUnit.SECONDS).join();
    }

    RawPeer send(String text) {
        assertThat(link().send(Frame.utf8(text.replace('\'', '"')).asText())).isTrue();
        settle.run();
        return this;
    }

    RawPeer sendBinary(byte... bytes) {
        assertThat(link().send(Frame.of(bytes))).isTrue();
        settle.run();
        return this;
    }

    /** The next message. */
    Frame nextFrame() {
        settle.run();
        try {
            Frame frame = frames.poll(DEADLINE, TimeUnit.SECONDS);
            if (frame == null) {
                throw new AssertionError("no message came; closed: " + closed.getNow(null));
            }
            return frame;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    String next() {
        return shown(nextFrame());
    }

    private static String shown(Frame frame) {
        return frame.utf8().replace('"', '\'');
    }

    /** The next so many. */
    List<String> next(int count) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(next());
        }
        return all;
    }

    /** Sends a request and returns the next message. */
    String ask(String text) {
        return send(text).next();
    }

    /** Returns the messages received so far. */
    @Nullable
    String poll() {
        settle.run();
        Frame frame = frames.poll();
        return frame == null ? null : shown(frame);
    }

    /** Makes sure that nothing else comes before the answer to something sent now. */
    void expectSilence() {
        send("{'event':'#unsubscribe','data':'no such channel','cid':987654}");
        assertThat(next()).startsWith("{'rid':987654,");
    }

    /** Completes the handshake without a token; returns the response. */
    RawPeer handshake() {
        String answer = ask(HANDSHAKE);
        Matcher matcher = ACCEPTED.matcher(answer);
        assertThat(matcher.matches()).as(answer).isTrue();
        id = matcher.group(1);
        return this;
    }

    /** The id that the server has given in its answer to {@link #handshake()}. */
    String id() {
        return id;
    }

    /** Completes the handshake with a token. */
    RawPeer handshake(String token) {
        assertThat(ask("{'event':'#handshake','data':{'authToken':'" + token + "'},'cid':1}"))
                .endsWith("'isAuthenticated':true}}");
        return this;
    }

    /** Subscribes to a channel. */
    RawPeer subscribe(String channel) {
        assertThat(ask("{'event':'#subscribe','data':{'channel':'" + channel + "'},'cid':99}"))
                .isEqualTo("{'rid':99}");
        return this;
    }

    void close(int code, String reason) {
        link().end(code, reason);
        settle.run();
    }

    void cut() {
        link().close(new CloseReason.Local());
        settle.run();
    }

    /** Cuts it off if it is connected. */
    void abandon() {
        link.thenAccept(opened -> opened.close(new CloseReason.Local()));
        settle.run();
    }

    /** Returns the close reason. */
    CloseReason end() {
        settle.run();
        return get(closed);
    }

    /** The code that the server closed with, as this side sees it. */
    int endCode() {
        return switch (end()) {
            case CloseReason.Remote remote -> remote.code();
            case CloseReason.Failed failed -> 1006;
            case CloseReason.Local local -> throw new AssertionError("closed by the test itself");
        };
    }

    String endText() {
        return ((CloseReason.Remote) end()).text();
    }

    boolean isOpen() {
        settle.run();
        return !closed.isDone();
    }

    /** Returns the packet of a publication. */
    static String publication(String channel, Object data) {
        return "{'event':'#publish','data':{'channel':'" + channel + "','data':" + data + "}}";
    }

    static Duration deadline() {
        return Duration.ofSeconds(DEADLINE);
    }
}
