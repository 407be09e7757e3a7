package io.heliograph.channel.open;

import io.heliograph.CloseReason;
import io.heliograph.Subscription;
import io.heliograph.channel.ChannelConnection;
import io.heliograph.channel.DropReason;
import io.heliograph.channel.election.Counters;
import io.heliograph.channel.election.Inflow;
import io.heliograph.endpoint.Listeners;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.frame.Frame;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.PeerCredentials;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;

/** The host's end of a connection. Over TCP it begins with the token, which is read here and shown to nobody. */
public final class DefaultChannelConnection implements ChannelConnection, LinkHandler {

    /** Told on the loop. */
    interface Owner {

        /** The member has shown what it must. */
        void admitted(DefaultChannelConnection connection);

        void refusedToken();

        void closed(DefaultChannelConnection connection);
    }

    private final Link link;
    private final SerialExecutor executor;
    private final Inflow inflow;
    private final Counters counters;
    private final Owner owner;
    private final Listeners<Consumer<? super ByteBuffer>> onData;
    private final Listeners<Runnable> onEnd;
    private final Listeners<Consumer<? super CloseReason>> onClose;

    // The loop's own.
    private final byte[] token;
    private final byte[] shown;
    private int shownBytes;
    private boolean admitted;

    DefaultChannelConnection(
            Link link,
            byte[] token,
            SerialExecutor executor,
            long maxPendingBytes,
            Counters counters,
            Consumer<Throwable> onFailure,
            Owner owner) {
        this.link = link;
        this.token = token;
        this.shown = new byte[token.length];
        this.executor = executor;
        this.inflow = new Inflow(link, executor, maxPendingBytes);
        this.counters = counters;
        this.owner = owner;
        this.onData = new Listeners<>(onFailure);
        this.onEnd = new Listeners<>(onFailure);
        this.onClose = new Listeners<>(onFailure);
    }

    /** To be called first, on the loop. */
    void begin() {
        if (token.length == 0) {
            admit();
        }
    }

    private void admit() {
        admitted = true;
        owner.admitted(this);
    }

    @Override
    public void frame(Link from, Frame frame) {
        Frame data = admitted ? frame : afterToken(frame);
        if (data.length() == 0) {
            return;
        }
        counters.receivedBytes.add(data.length());
        executor.execute(() -> onData.emit((listener, d, x) -> listener.accept(d.buffer()), data, null));
        inflow.added(data.length());
    }

    private Frame afterToken(Frame frame) {
        int part = Math.min(frame.length(), token.length - shownBytes);
        System.arraycopy(frame.array(), frame.offset(), shown, shownBytes, part);
        shownBytes += part;
        if (shownBytes == token.length) {
            if (!MessageDigest.isEqual(shown, token)) {
                owner.refusedToken();
                link.close(new CloseReason.Local());
                return Frame.empty();
            }
            Arrays.fill(shown, (byte) 0);
            admit();
        }
        return frame.slice(part, frame.length() - part);
    }

    @Override
    public void inputEnded(Link from) {
        executor.execute(() -> {
            onEnd.emit((listener, a, b) -> listener.run(), null, null);
            link.end();
        });
    }

    @Override
    public void closed(Link from, CloseReason reason) {
        owner.closed(this);
        if (admitted) {
            executor.execute(() -> onClose.emit((listener, r, x) -> listener.accept(r), reason, null));
        }
    }

    boolean isAdmitted() {
        return admitted;
    }

    @Override
    public boolean write(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return send(copy);
    }

    @Override
    public boolean write(String text) {
        return send(text.getBytes(StandardCharsets.UTF_8));
    }

    private boolean send(byte[] bytes) {
        boolean accepted = link.send(Frame.of(bytes));
        if (accepted) {
            counters.sentBytes.add(bytes.length);
        } else {
            counters.drop(DropReason.QUEUE_FULL);
        }
        return accepted;
    }

    @Override
    public void end() {
        link.end();
    }

    @Override
    public void destroy() {
        link.close(new CloseReason.Local());
    }

    long queuedBytes() {
        return link.queuedBytes();
    }

    @Override
    public Optional<PeerCredentials> credentials() {
        return link.credentials();
    }

    @Override
    public Subscription onData(Consumer<? super ByteBuffer> listener) {
        return onData.on(listener);
    }

    @Override
    public Subscription onEnd(Runnable listener) {
        return onEnd.on(listener);
    }

    @Override
    public Subscription onClose(Consumer<? super CloseReason> listener) {
        return onClose.on(listener);
    }
}
