package io.heliograph.server.binding;

import io.heliograph.endpoint.InFlight;
import io.heliograph.transport.EventLoop;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Calls of one connection that have started and are not answered. Event loop only, unless a method says otherwise. */
final class RunningCalls {

    private final EventLoop loop;
    private final InFlight all;
    private final Set<Running> running = new HashSet<>();
    private final CompletableFuture<Void> idle = new CompletableFuture<>();
    private boolean ending;

    /** @param all the calls of all connections of the listener */
    RunningCalls(EventLoop loop, InFlight all) {
        this.loop = loop;
        this.all = all;
    }

    /** Running call. */
    final class Running {

        private final Runnable onEnd;

        private Running(Runnable onEnd) {
            this.onEnd = onEnd;
        }

        /** Ends the call, whose answer has been sent. Thread-safe. */
        void end() {
            if (loop.inLoop()) {
                ended(this);
            } else {
                loop.executeOrRun(() -> ended(this));
            }
        }
    }

    /**
     * Begins a call.
     *
     * @param onEnd runs on the event loop when the call has ended
     * @return the call, or null if the listener is closing
     */
    @Nullable
    Running begin(Runnable onEnd) {
        if (!all.begin()) {
            return null;
        }
        Running call = new Running(onEnd);
        running.add(call);
        return call;
    }

    private void ended(Running call) {
        if (!running.remove(call)) {
            return;
        }
        all.end();
        call.onEnd.run();
        if (ending && running.isEmpty()) {
            idle.complete(null);
        }
    }

    /** Returns a future that completes when no call is running. No call begins afterwards. */
    CompletableFuture<Void> idle() {
        ending = true;
        if (running.isEmpty()) {
            idle.complete(null);
        }
        return idle;
    }

    /** Ends all calls, because the connection has closed. */
    void close() {
        running.forEach(call -> all.end());
        running.clear();
    }
}
