package io.heliograph.channel.message;

import io.heliograph.channel.Member;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Another member, as {@link MemberProtocol} knows it. */
final class Peer {

    final Id id;
    final long pid;
    final Member member;
    final List<Id> address;
    final Peer[] alone = {this};

    /** Whether it is connected to the same host. */
    boolean present = true;

    /** Whether it has left for good. */
    boolean removed;

    /** Highest number of an own message that this peer has acknowledged. */
    long acked;

    /** Highest number of a message of this peer that was delivered. */
    long seen;

    /** Highest number of a message of this peer that was received over the present links of both. */
    long received;

    boolean ackOwed;
    boolean missedOwed;

    /**
     * @param before state from an earlier membership, or null
     */
    Peer(Id id, long pid, long acked, @Nullable Departed before) {
        this.id = id;
        this.pid = pid;
        this.member = new Member(id.toString(), pid);
        this.address = List.of(id);
        this.acked = acked;
        this.seen = before == null ? 0 : before.seen();
    }

    /** Records that the link of this peer or of this member has closed. */
    void unlinked() {
        present = false;
        received = 0;
        ackOwed = false; // the peer sends the message again
    }

    boolean isRemoved() {
        return removed;
    }

    boolean isPresent() {
        return present && !removed;
    }

    /**
     * State of a member that has left, kept in case it comes back.
     *
     * @param seen highest number of its messages that was delivered
     * @param sent number of the last own message at that time
     * @param missed whether it had not acknowledged all messages that it was a recipient of
     */
    record Departed(long seen, long sent, boolean missed) {}
}
