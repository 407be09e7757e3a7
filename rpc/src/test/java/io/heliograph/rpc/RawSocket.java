package io.heliograph.rpc;

import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.HeliographException;
import io.heliograph.frame.Frame;
import io.heliograph.frame.Framing;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Transport;
import io.heliograph.transport.Transports;
import io.heliograph.transport.WebSocketOptions;
import io.heliograph.transport.WebSocketTarget;
import java.net.URI;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Client without protocol logic: a test sends and reads frames. */
final class RawSocket implements LinkHandler, AutoCloseable {

    private final Transports.Lease lease = Transports.acquire();
    private final CompletableFuture<Link> opened = new CompletableFuture<>();
    private final CompletableFuture<CloseReason> closed = new CompletableFuture<>();
    private final LinkedBlockingQueue<Frame> received = new LinkedBlockingQueue<>();

    static RawSocket open(int port, String target) throws Exception {
        RawSocket socket = new RawSocket();
        socket.connect(
                WebSocketTarget.of(URI.create("ws://127.0.0.1:" + port + target), Optional.empty()),
                WebSocketOptions.defaults());
        return socket;
    }

    static RawSocket open(Address address) throws Exception {
        RawSocket socket = new RawSocket();
        Transport transport = socket.lease.transport();
        transport.connect(address, transport.nextLoop(), LinkOptions.of(Framing.fourByteLength()), socket.handler());
        value(socket.opened);
        return socket;
    }

    void connect(WebSocketTarget target, WebSocketOptions options) throws Exception {
        Transport transport = lease.transport();
        transport.connect(target, transport.nextLoop(), options, handler());
        value(opened);
    }

    private Transport.ConnectHandler handler() {
        return new Transport.ConnectHandler() {
            @Override
            public LinkHandler connected(Link link) {
                opened.complete(link);
                return RawSocket.this;
            }

            @Override
            public void failed(HeliographException cause) {
                opened.completeExceptionally(cause);
            }
        };
    }

    @Override
    public void frame(Link link, Frame frame) {
        received.add(frame);
    }

    @Override
    public void closed(Link link, CloseReason reason) {
        closed.complete(reason);
    }

    /** Resumes or pauses reading; returns after the change. */
    RawSocket reading(boolean wanted) throws Exception {
        Link link = opened.join();
        value(CompletableFuture.runAsync(() -> link.reading(wanted), link.loop()));
        return this;
    }

    RawSocket text(String text) {
        assertThat(opened.join().send(Frame.utf8(text).asText())).isTrue();
        return this;
    }

    RawSocket bytes(String hex) {
        return bytes(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    RawSocket bytes(byte[] bytes) {
        assertThat(opened.join().send(Frame.of(bytes))).isTrue();
        return this;
    }

    Frame next() throws Exception {
        Frame frame = received.poll(10, TimeUnit.SECONDS);
        if (frame == null) {
            throw new AssertionError("no message within 10 s");
        }
        return frame;
    }

    /** Returns the next frame, which must be a text message. */
    String answer() throws Exception {
        Frame frame = next();
        assertThat(frame.isText()).as("a text message").isTrue();
        return frame.utf8();
    }

    /** Returns the next frame in hexadecimal, which must be a binary message. */
    String answerHex() throws Exception {
        Frame frame = next();
        assertThat(frame.isText()).as("a text message").isFalse();
        return HexFormat.of().formatHex(frame.toByteArray());
    }

    String ask(String text) throws Exception {
        return text(text).answer();
    }

    String askHex(String hex) throws Exception {
        return bytes(hex).answerHex();
    }

    /** Asserts that no message arrives before the response to a new call. */
    void assertNoOtherMessage() throws Exception {
        assertThat(ask("{\"jsonrpc\":\"2.0\",\"method\":\"__nothing\",\"id\":\"probe\"}"))
                .isEqualTo(
                        "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32601,\"message\":\"Method not found\"},\"id\":\"probe\"}");
    }

    CloseReason reason() throws Exception {
        return value(closed);
    }

    void end(int code) {
        opened.join().end(code, "");
    }

    @Nullable
    Link link() {
        return opened.isCompletedExceptionally() ? null : opened.getNow(null);
    }

    @Override
    public void close() {
        Link link = link();
        if (link != null) {
            link.close(new CloseReason.Local());
        }
        lease.release();
    }
}
