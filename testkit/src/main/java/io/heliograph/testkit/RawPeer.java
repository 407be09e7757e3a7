package io.heliograph.testkit;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.HeliographException;
import io.heliograph.frame.Frame;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Transport;
import io.heliograph.transport.WebSocketOptions;
import io.heliograph.transport.WebSocketTarget;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A peer whose frames the test writes and reads itself, over any transport, as client or as an accepted connection of {@link
 * RawServer}. A subclass adds the vocabulary of a protocol.
 */
public class RawPeer extends RecordingHandler implements Transport.ConnectHandler, AutoCloseable {

    private Runnable settle = () -> {};
    private boolean keepsOutputOpen;

    // Guarded by this.
    private @Nullable HeliographException failure;
    private int position;

    /** Connects over a stream and waits for the connection. */
    public static RawPeer connect(Transport transport, Address address, LinkOptions options) {
        RawPeer peer = new RawPeer();
        transport.connect(address, transport.nextLoop(), options, peer);
        peer.link();
        return peer;
    }

    /** Connects over WebSocket and waits for the connection. */
    public static RawPeer connect(Transport transport, WebSocketTarget target, WebSocketOptions options) {
        RawPeer peer = new RawPeer();
        transport.connect(target, transport.nextLoop(), options, peer);
        peer.link();
        return peer;
    }

    /** Runs {@code settle} before each wait and after each action, for event loops that the test runs. */
    public RawPeer settling(Runnable settle) {
        this.settle = settle;
        return this;
    }

    /** Does not end the output when the input ends. */
    public RawPeer keepingOutputOpen() {
        keepsOutputOpen = true;
        return this;
    }

    @Override
    public LinkHandler connected(Link link) {
        return on(link);
    }

    @Override
    public synchronized void failed(HeliographException cause) {
        failure = cause;
        notifyAll();
    }

    @Override
    public void inputEnded(Link link) {
        recordInputEnded(link);
        if (!keepsOutputOpen) {
            link.end();
        }
    }

    /** Waits for the link; throws the failure of the connection attempt. */
    @Override
    public Link link() {
        settle.run();
        synchronized (this) {
            await("the link or a failure", () -> hasLink() || failure != null);
            if (failure != null) {
                throw failure;
            }
            return super.link();
        }
    }

    /** Sends a text frame. */
    public RawPeer send(String text) {
        return send(Frame.utf8(text).asText());
    }

    /** Sends a binary frame. */
    public RawPeer send(byte... bytes) {
        return send(Frame.of(bytes));
    }

    /** Sends a binary frame given in hexadecimal, with or without spaces. */
    public RawPeer sendHex(String hex) {
        return send(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    public RawPeer send(Frame frame) {
        if (!link().send(frame)) {
            throw new AssertionError("the link rejected a frame of " + frame.length() + " bytes");
        }
        settle.run();
        return this;
    }

    /** Waits for the next frame. */
    public Frame next() {
        settle.run();
        synchronized (this) {
            await("a frame", () -> position < frameCount() || reason() != null);
            Frame frame = poll();
            if (frame == null) {
                throw new AssertionError("no frame before the close: " + reason());
            }
            return frame;
        }
    }

    /** Waits for the next frame, which must be text. */
    public String nextText() {
        Frame frame = next();
        if (!frame.isText()) {
            throw new AssertionError("binary frame: " + hex(frame) + " (expected: text)");
        }
        return frame.utf8();
    }

    /** Waits for the next frame, which must be binary, and returns it in hexadecimal. */
    public String nextHex() {
        Frame frame = next();
        if (frame.isText()) {
            throw new AssertionError("text frame: " + frame.utf8() + " (expected: binary)");
        }
        return hex(frame);
    }

    private static String hex(Frame frame) {
        return HexFormat.of().formatHex(frame.toByteArray());
    }

    /** Waits for the next {@code count} text frames. */
    public List<String> nextTexts(int count) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            texts.add(nextText());
        }
        return texts;
    }

    /** Sends a text frame and waits for the next text frame. */
    public String ask(String text) {
        return send(text).nextText();
    }

    /** The next frame that has arrived, or null. */
    public @Nullable Frame poll() {
        settle.run();
        synchronized (this) {
            return position < frameCount() ? frame(position++) : null;
        }
    }

    /** Pauses or resumes reading, and waits until that has taken effect. */
    public RawPeer reading(boolean wanted) {
        Link link = link();
        link.reading(wanted);
        settle.run();
        if (!(link.loop() instanceof ManualEventLoop)) {
            TransportFixture.settle(link.loop());
        }
        return this;
    }

    /** Ends the output. */
    public RawPeer end() {
        link().end();
        settle.run();
        return this;
    }

    /** Ends the output with a close frame. */
    public RawPeer end(int code, String reason) {
        link().end(code, reason);
        settle.run();
        return this;
    }

    @Override
    public synchronized CloseReason awaitClosed() {
        settle.run();
        return super.awaitClosed();
    }

    /** Whether the connection was opened and has not been closed. */
    public boolean isOpen() {
        settle.run();
        synchronized (this) {
            return hasLink() && reason() == null;
        }
    }

    /** Closes the connection at once, if it is open. */
    @Override
    public void close() {
        if (hasLink()) {
            link().close(new CloseReason.Local());
        }
        settle.run();
    }
}
