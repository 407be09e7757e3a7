package io.heliograph.channel.message;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Acknowledgements that one member owes, by sender: those of the messages that the host has relayed over the member's present link.
 * Confined to one thread.
 */
final class OwedAcks {

    private static final class Sender {

        /** Highest number of a relayed message. */
        long relayed;

        long acknowledged;

        /** Highest number of a message that was skipped after {@code relayed}; 0 for none. */
        long skipped;

        /** Highest number of a relayed message at the last {@link #mark}. */
        long marked;
    }

    // By slot of the sender.
    private @Nullable Sender[] senders = {};

    private Sender sender(int slot) {
        if (slot >= senders.length) {
            senders = Arrays.copyOf(senders, Math.max(slot + 1, 2 * senders.length));
        }
        Sender sender = senders[slot];
        if (sender == null) {
            sender = new Sender();
            senders[slot] = sender;
        }
        return sender;
    }

    /** Records a message that was relayed to the member. */
    void relayed(int slot, long number) {
        Sender sender = sender(slot);
        if (number > sender.relayed) {
            sender.relayed = number;
            sender.skipped = 0;
        }
    }

    /**
     * Records a message that was skipped: the member does not receive it and will not acknowledge it.
     *
     * @return whether the member owes no acknowledgement of an earlier message, so that this one can be acknowledged
     *     for it now; else {@link #acknowledge} returns its number
     */
    boolean skipped(int slot, long number) {
        Sender sender = sender(slot);
        if (sender.acknowledged >= sender.relayed) {
            return true;
        }
        sender.skipped = Math.max(sender.skipped, number);
        return false;
    }

    /**
     * Records an acknowledgement of the member: the messages of a sender up to a number.
     *
     * @return the number to acknowledge to the sender, which is greater if the following messages were skipped; 0 if no
     *     message with this number was relayed to the member
     */
    long acknowledge(int slot, long number) {
        Sender sender = slot < senders.length ? senders[slot] : null;
        if (sender == null || number > sender.relayed) {
            return 0;
        }
        sender.acknowledged = Math.max(sender.acknowledged, number);
        if (number < sender.relayed || sender.skipped == 0) {
            return number;
        }
        long skipped = sender.skipped;
        sender.skipped = 0;
        return skipped;
    }

    /** Marks the relayed messages; returns whether any of them is not acknowledged. */
    boolean mark() {
        for (Sender sender : senders) {
            if (sender != null) {
                sender.marked = sender.relayed;
            }
        }
        return !isMarkAcknowledged();
    }

    /** Returns whether the marked messages are acknowledged. */
    boolean isMarkAcknowledged() {
        for (Sender sender : senders) {
            if (sender != null && sender.acknowledged < sender.marked) {
                return false;
            }
        }
        return true;
    }

    /** Forgets the sender in this slot, which has left. */
    void forget(int slot) {
        if (slot < senders.length) {
            senders[slot] = null;
        }
    }

    /** The state on which later acknowledgements depend. */
    @Override
    public String toString() {
        StringBuilder state = new StringBuilder();
        for (int slot = 0; slot < senders.length; slot++) {
            Sender sender = senders[slot];
            if (sender != null) {
                state.append(slot).append(':').append(sender.relayed).append(' ');
            }
        }
        return state.toString();
    }
}
