package io.heliograph.server.binding;

import io.heliograph.frame.Frame;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Replies to calls that run concurrently, in the order of the calls. Event loop only. */
final class OrderedReplies {

    private final Consumer<Frame> output;
    private final ArrayDeque<Reply> pending = new ArrayDeque<>();

    OrderedReplies(Consumer<Frame> output) {
        this.output = output;
    }

    /** Reserves the place of the reply to a call that starts. */
    Reply begin() {
        Reply reply = new Reply();
        pending.add(reply);
        return reply;
    }

    /** Reply to one call. */
    final class Reply {

        private @Nullable Frame frame;
        private boolean done;

        /** Sends the reply after those of earlier calls; null for none. */
        void complete(@Nullable Frame reply) {
            frame = reply;
            done = true;
            while (!pending.isEmpty() && pending.element().done) {
                Frame next = pending.remove().frame;
                if (next != null) {
                    output.accept(next);
                }
            }
        }
    }
}
