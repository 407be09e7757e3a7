package io.heliograph.channel.open;

import io.heliograph.CloseReason;
import io.heliograph.DropReason;
import io.heliograph.Subscription;
import io.heliograph.channel.ChannelConnection;
import io.heliograph.endpoint.Counters;
import io.heliograph.endpoint.Listeners;
import io.heliograph.endpoint.PendingSum;
import io.heliograph.endpoint.ReadThrottle;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.frame.Frame;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.PeerCredentials;
import io.heliograph.unix.AllowedUsers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;

/** Host's end of a connection. Over TCP, the connection begins with the token, which listeners do not receive. */
final class DefaultChannelConnection implements ChannelConnection, LinkHandler {

    /** Events of a connection. Called on the event loop. */
    interface Owner {

        /** The member has presented the token, if one is required. */
        void admitted(DefaultChannelConnection connection);

        void tokenRejected();

        void closed(DefaultChannelConnection connection);
    }

    private static final Duration TOKEN_TIMEOUT = Duration.ofSeconds(5);

    private final Link link;
    private final SerialExecutor executor;
    private final ReadThrottle throttle;
    private final Counters counters;
    private final Counters.OfLoop received;
    private final Owner owner;
    private final Listeners<Consumer<? super ByteBuffer>> onData;
    private final Listeners<Runnable> onEnd;
    private final Listeners<Consumer<? super CloseReason>> onClose;

    // Event loop only.
    private final byte[] token;
    private final byte[] presented;
    private int presentedBytes;
    private boolean admitted;

    DefaultChannelConnection(
            Link link,
            byte[] token,
            SerialExecutor executor,
            long maxPendingBytes,
            PendingSum pending,
            Counters counters,
            Counters.OfLoop received,
            Consumer<Throwable> onFailure,
            Owner owner) {
        this.link = link;
        this.token = token;
        this.presented = new byte[token.length];
        this.executor = executor;
        this.throttle = new ReadThrottle(link)
                .limitPending(executor, Integer.MAX_VALUE, maxPendingBytes)
                .limitSum(pending);
        this.counters = counters;
        this.received = received;
        this.owner = owner;
        this.onData = new Listeners<>(onFailure);
        this.onEnd = new Listeners<>(onFailure);
        this.onClose = new Listeners<>(onFailure);
    }

    /** Admits the member if no token is required, else limits the time to present it. Event loop only. */
    void begin() {
        if (token.length == 0) {
            admit();
        } else {
            link.loop().schedule(TOKEN_TIMEOUT, () -> {
                if (!admitted) {
                    link.close(new CloseReason.Local());
                }
            });
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
        received.receivedBytes(data.length());
        executor.execute(() -> onData.emit((listener, d, x) -> listener.accept(d.buffer()), data, null));
        throttle.enqueued(data.length());
    }

    private Frame afterToken(Frame frame) {
        int part = Math.min(frame.length(), token.length - presentedBytes);
        System.arraycopy(frame.array(), frame.offset(), presented, presentedBytes, part);
        presentedBytes += part;
        if (presentedBytes == token.length) {
            if (!MessageDigest.isEqual(presented, token)) {
                owner.tokenRejected();
                link.close(new CloseReason.Local());
                return Frame.empty();
            }
            Arrays.fill(presented, (byte) 0);
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

    /** Describes the member for the log. */
    static String describe(Link link) {
        return link.credentials().isPresent()
                ? AllowedUsers.describe(link.credentials())
                : link.peer().toString();
    }

    String describe() {
        return describe(link);
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
    public boolean write(String string) {
        return send(string.getBytes(StandardCharsets.UTF_8));
    }

    private boolean send(byte[] bytes) {
        boolean accepted = link.send(Frame.of(bytes));
        if (accepted) {
            counters.sent(bytes.length);
        } else {
            counters.drop(DropReason.QUEUE_FULL, 1);
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
