package io.heliograph.realtime.client;

import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.DropReason;
import io.heliograph.QueueFullException;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.packet.AbortedCallException;
import io.heliograph.realtime.packet.UnsentException;
import io.heliograph.realtime.session.Call;
import io.heliograph.realtime.session.CloseCodes;
import io.heliograph.realtime.session.Outgoing;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Outbound path of a client: the queue of events and calls, and their transmission. */
final class ClientOutbound {

    /** Approximate size of a packet without its data, in bytes. */
    private static final int OVERHEAD = 64;

    final ClientQueue queue;
    private final DefaultRealtimeClient client;

    ClientOutbound(DefaultRealtimeClient client, ClientConfig options) {
        this.client = client;
        this.queue = new ClientQueue(
                client.loop,
                options.maxQueuedEvents(),
                options.endpoint().maxQueuedBytes(),
                options.ackTimeout(),
                expired -> client.dropped(DropReason.EXPIRED, expired));
    }

    /** Implements {@link DefaultRealtimeClient#submit}. Thread-safe. */
    boolean submit(Outgoing outgoing) {
        if (client.isClosing()) {
            ClosedException refusal = ClientFailures.closed(outgoing.event);
            outgoing.fail(refusal);
            client.report(refusal);
            return false;
        }
        ClientConnection open = client.life.openConnection();
        int size;
        if (open != null && !outgoing.isDeferred()) {
            size = outgoing.frame().length();
        } else {
            outgoing.hold();
            size = OVERHEAD
                    + (outgoing.data() instanceof Payload held && held.isPresent()
                            ? held.frame().length()
                            : 0);
        }
        ClientQueue.Entry entry = queue.admit(outgoing, size, open == null ? 0 : open.link.queuedBytes());
        if (entry == null) {
            QueueFullException full = new QueueFullException(
                    "queue full: event '" + outgoing.event + "' (expected: at most "
                            + client.current().endpoint().maxQueuedBytes() + " bytes and "
                            + client.current().maxQueuedEvents() + " events)",
                    client.current().endpoint().maxQueuedBytes());
            outgoing.fail(full);
            client.counters.drop(DropReason.QUEUE_FULL, 1);
            client.report(full);
            return false;
        }
        client.loop.execute(() -> send(entry));
        return true;
    }

    /** Sends an admitted event, or enqueues it until a connection is open. Event loop only. */
    private void send(ClientQueue.Entry entry) {
        client.life.checkStale();
        if (client.life.isOpen() && queue.isEmpty()) {
            transmitNow(entry);
            return;
        }
        if (client.life.isFinished()) {
            queue.release(entry);
            entry.outgoing().fail(ClientFailures.closed(entry.outgoing().event));
            return;
        }
        queue.add(entry);
        client.life.connect(null);
    }

    /** Sends an admitted event. Event loop only. */
    private void transmitNow(ClientQueue.Entry entry) {
        transmit(entry);
        client.drain.check();
    }

    private void transmit(ClientQueue.Entry entry) {
        queue.release(entry);
        Outgoing outgoing = entry.outgoing();
        if (outgoing.isDone()) {
            return;
        }
        Frame packet;
        try {
            packet = outgoing.frame();
        } catch (InvalidMessageException e) {
            outgoing.fail(e);
            client.report(e);
            return;
        }
        if (!outgoing.awaitSinceRequest()) {
            client.counters.drop(DropReason.TOO_MANY_CALLS, 1);
            return;
        }
        client.sendOrCollect(packet);
    }

    /** Implements {@link DefaultRealtimeClient#sendPacket}. Event loop only. */
    boolean sendPacket(Frame message) {
        ClientConnection open = client.life.openConnection();
        if (open == null || !open.link.send(message)) {
            client.counters.drop(DropReason.NOT_CONNECTED, 1);
            return false;
        }
        client.counters.sent(message.length());
        return true;
    }

    /** Sends a message past batches and queue. Thread-safe. */
    boolean sendRaw(Frame message) {
        ClientConnection open = client.life.openConnection();
        if (open == null
                || open.link.queuedBytes() > client.current().endpoint().maxQueuedBytes()
                || !open.link.send(message)) {
            return false;
        }
        client.counters.sent(message.length());
        return true;
    }

    /**
     * Fails all pending calls and drops all queued events, because the connection has ended. Event loop only.
     *
     * @param closeReason reason for the end
     * @param attempt failure of the attempt to connect, or null
     * @param retrying whether the client connects again, and then sends publications of unknown outcome again
     * @return number of dropped events that are not calls
     */
    long abort(
            String type,
            int code,
            @Nullable String reason,
            CloseReason closeReason,
            @Nullable Throwable attempt,
            boolean retrying) {
        String text = CloseCodes.badConnectionReason(code, reason);
        Map<Call<?>, Throwable> failed = new LinkedHashMap<>();
        List<Outgoing> queued = queue.abort();
        client.calls().failAll(call -> {
            Outgoing retry = retrying ? client.publications.retry(call) : null;
            if (retry != null) {
                queue.retry(retry);
                return null;
            }
            Throwable cause = new AbortedCallException(call.event, type, code, text, closeReason);
            failed.put(call, cause);
            return cause;
        });
        long lost = 0;
        for (Outgoing outgoing : queued) {
            if (outgoing.call == null) {
                lost++;
            } else if (retrying && outgoing.isSent()) {
                queue.retry(outgoing);
            } else if (!outgoing.isDone()) {
                String message = "Event " + outgoing.event + " was aborted due to a bad connection";
                Throwable cause = outgoing.isSent()
                        ? new AbortedCallException(outgoing.event, type, code, text, closeReason)
                        : new UnsentException(message, type, code, text, attempt);
                failed.put(outgoing.call, cause);
                outgoing.call.fail(cause);
            }
        }
        client.drain.connectionEnded();
        if (!failed.isEmpty()) {
            // On the executor, before the events of this end.
            client.executor.execute(() -> failed.forEach(Call::completeExceptionally));
        }
        return lost;
    }

    /** Sends the queued events on a new connection. Event loop only. */
    void flush() {
        queue.flush(this::transmitNow);
    }
}
