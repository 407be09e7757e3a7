package io.heliograph.ipc;

import io.heliograph.CloseReason;
import io.heliograph.HeliographException;
import io.heliograph.frame.Frame;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.Transport;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One end of a connection in memory that speaks bytes. It does not end its output by itself. */
final class RawPeer implements LinkHandler, Transport.ConnectHandler {

    private final Memory memory;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();

    @Nullable
    Link link;

    boolean inputEnded;

    @Nullable
    CloseReason reason;

    RawPeer(Memory memory) {
        this.memory = memory;
    }

    @Override
    public LinkHandler connected(Link connected) {
        link = connected;
        return this;
    }

    @Override
    public void failed(HeliographException cause) {
        throw new AssertionError(cause);
    }

    @Override
    public void frame(Link from, Frame frame) {
        received.writeBytes(frame.toByteArray());
    }

    @Override
    public void inputEnded(Link from) {
        inputEnded = true;
    }

    @Override
    public void closed(Link from, CloseReason given) {
        reason = given;
    }

    Link link() {
        return Objects.requireNonNull(link);
    }

    /** Sends bytes, and lets everything happen that they lead to. */
    RawPeer send(byte[] bytes) {
        link().send(Frame.of(bytes));
        memory.run();
        return this;
    }

    /** Sends text, with {@code |} for the delimiter. */
    RawPeer send(String text) {
        return send(bytes(text));
    }

    RawPeer end() {
        link().end();
        memory.run();
        return this;
    }

    boolean isOver() {
        return reason != null;
    }

    byte[] received() {
        return received.toByteArray();
    }

    /** The frames received so far, without delimiters. */
    List<String> frames() {
        List<String> frames = new ArrayList<>();
        String text = received.toString(StandardCharsets.UTF_8);
        for (int from = 0, to; (to = text.indexOf("\0\0", from)) >= 0; from = to + 2) {
            frames.add(text.substring(from, to));
        }
        return frames;
    }

    static byte[] bytes(String text) {
        return text.replace("|", "\0\0").getBytes(StandardCharsets.UTF_8);
    }
}
