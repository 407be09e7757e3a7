package io.heliograph.channel.message;

import io.heliograph.frame.Frame;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** An own message that some recipient has not acknowledged. */
final class RetainedMessage {

    final long number;
    final Frame frame;

    /** Null until the first WELCOME, for a message to all members. */
    Peer @Nullable [] recipients;

    RetainedMessage(long number, Frame frame, Peer @Nullable [] recipients) {
        this.number = number;
        this.frame = frame;
        this.recipients = recipients;
    }

    boolean isAcknowledged() {
        Peer[] all = recipients;
        if (all == null) {
            return false;
        }
        for (Peer peer : all) {
            if (!peer.removed && peer.acked < number) {
                return false;
            }
        }
        return true;
    }

    boolean isOwedTo(Peer peer) {
        return recipients != null
                && peer.acked < number
                && Arrays.asList(recipients).contains(peer);
    }
}
