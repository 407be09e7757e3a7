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

/** Peer that exchanges raw bytes over an in-memory connection. It ends its output on request only. */
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

    /** Sends bytes and runs all resulting tasks. */
    RawPeer send(byte[] bytes) {
        link().send(Frame.of(bytes));
        memory.run();
        return this;
    }

    /** Sends a string in which {@code |} stands for the delimiter. */
    RawPeer send(String frames) {
        return send(bytes(frames));
    }

    RawPeer end() {
        link().end();
        memory.run();
        return this;
    }

    boolean isClosed() {
        return reason != null;
    }

    byte[] received() {
        return received.toByteArray();
    }

    /** The frames received so far, without delimiters. */
    List<String> frames() {
        List<String> frames = new ArrayList<>();
        String all = received.toString(StandardCharsets.UTF_8);
        for (int from = 0, to; (to = all.indexOf("\0\0", from)) >= 0; from = to + 2) {
            frames.add(all.substring(from, to));
        }
        return frames;
    }

    static byte[] bytes(String frames) {
        return frames.replace("|", "\0\0").getBytes(StandardCharsets.UTF_8);
    }
}
