package io.heliograph.realtime.client;

import io.heliograph.EventStream;
import io.heliograph.endpoint.Pausable;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/**
 * The pausable of a stream that began before anybody read from it. Once it is read it holds up the client while it is full, as other
 * streams do; before, it is closed instead. It does not keep the stream alive.
 */
final class UnreadStreamGuard implements Pausable {

    private final DefaultRealtimeClient client;

    // Guarded by this.
    private boolean reading;
    private int passedOn;
    private @Nullable WeakReference<EventStream<?>> stream;

    UnreadStreamGuard(DefaultRealtimeClient client) {
        this.client = client;
    }

    synchronized void watch(EventStream<?> watched) {
        stream = new WeakReference<>(watched);
    }

    /** Somebody reads from the stream. */
    synchronized void reading() {
        reading = true;
    }

    @Override
    public void pause() {
        boolean pass;
        EventStream<?> unread;
        synchronized (this) {
            pass = reading;
            passedOn += pass ? 1 : 0;
            unread = stream == null ? null : stream.get();
        }
        if (pass) {
            client.pausable.pause();
        } else if (unread != null) {
            unread.close();
            client.dropped(io.heliograph.DropReason.UNREAD, client.maxPendingMessages);
        }
    }

    @Override
    public void resume() {
        synchronized (this) {
            if (passedOn == 0) {
                return;
            }
            passedOn--;
        }
        client.pausable.resume();
    }
}
