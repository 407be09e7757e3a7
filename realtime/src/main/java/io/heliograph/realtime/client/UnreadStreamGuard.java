package io.heliograph.realtime.client;

import io.heliograph.DropReason;
import io.heliograph.EventStream;
import io.heliograph.endpoint.Pausable;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/**
 * Pausable of a stream that started before its first read. A full stream pauses the client once it has been read, as other streams do; before,
 * it is closed instead. Does not keep the stream alive.
 */
final class UnreadStreamGuard implements Pausable {

    private final DefaultRealtimeClient client;

    // Guarded by this.
    private boolean reading;
    private boolean forwarded; // whether a pause has reached the client, as all later ones do
    private @Nullable WeakReference<EventStream<?>> stream;

    UnreadStreamGuard(DefaultRealtimeClient client) {
        this.client = client;
    }

    synchronized void watch(EventStream<?> watched) {
        stream = new WeakReference<>(watched);
    }

    /** Called at the first read of the stream. */
    synchronized void reading() {
        reading = true;
    }

    @Override
    public void pause() {
        boolean forward;
        EventStream<?> unread;
        synchronized (this) {
            forward = reading;
            forwarded = forward;
            unread = stream == null ? null : stream.get();
        }
        if (forward) {
            client.pausable.pause();
        } else if (unread != null) {
            unread.close();
            client.dropped(DropReason.UNREAD, client.maxPendingMessages);
        }
    }

    @Override
    public void resume() {
        synchronized (this) {
            if (!forwarded) {
                return;
            }
        }
        client.pausable.resume();
    }
}
