package io.heliograph.exchange;

import io.heliograph.DropReason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Delivery of the messages of one channel: to the event loops of its subscribers, to the recent publications, and to publishers that wait for
 * their publication. Guarded by the channel.
 */
final class ChannelDelivery implements MessageSequence.Output {

    private final LocalChannel channel;
    private final LoopGroups groups;

    /** Created by the first publisher that waits. */
    private @Nullable AwaitedPublications awaited;

    /**
     * The recent publications, from the confirmation of the subscription to its end; null if the exchange keeps none.
     */
    private @Nullable RecentPublications recent;

    /** Position of the last message given, or the start. Read by publishers of any thread. */
    private volatile Position head = LocalChannel.UNSET;

    private long publications;
    private long bytes;

    ChannelDelivery(LocalChannel channel, LoopGroups groups) {
        this.channel = channel;
        this.groups = groups;
    }

    long publications() {
        return publications;
    }

    long bytes() {
        return bytes;
    }

    void start(Position position) {
        head = position;
        recent = channel.exchange.recent(position);
    }

    /** Ends the delivery. Returns the callbacks of the publishers that waited. */
    List<Runnable> stop() {
        head = LocalChannel.UNSET;
        if (recent != null) {
            recent.clear(LocalChannel.UNSET);
            recent = null;
        }
        return awaited == null ? List.of() : awaited.takeAll();
    }

    @Override
    public void give(Broker.Message message) {
        Publication publication = channel.publication(message);
        publications++;
        bytes += publication.data().size();
        if (recent != null) {
            recent.add(publication);
        }
        groups.offer(publication);
        head = message.position();
    }

    @Override
    public void giveAgain(Broker.Message message, int gaps) {
        channel.exchange.events.counters.drop(DropReason.REPEATED, 1);
        Publication publication = channel.publication(message);
        if (recent != null) {
            recent.add(publication);
        }
        groups.offer(publication, gaps);
        head = message.position();
    }

    @Override
    public void gap(Position start, GapReason reason) {
        channel.exchange.events.gap(channel.name, head, start, reason);
        if (recent != null) {
            recent.clear(start);
        }
        groups.offer(new Gap(channel.name, start, reason));
        if (awaited != null) {
            awaited.releaseAll();
        }
        head = start;
    }

    @Override
    public void dropped(Broker.Message message, io.heliograph.DropReason reason) {
        channel.exchange.events.counters.drop(reason, 1);
        if (reason == DropReason.REPEATED) {
            head = message.position();
        }
    }

    /** Returns the publications after a position, if they are known. */
    @Nullable
    List<Publication> known(Position after) {
        if (after.equals(head)) {
            return List.of();
        }
        return recent == null ? null : recent.after(after);
    }

    /** Whether a publication has been given, or the channel has not started. Thread-safe. */
    @SuppressWarnings("ReferenceEquality") // the sentinel
    boolean hasPassed(Position position) {
        Position present = head;
        return present == LocalChannel.UNSET || present.reaches(position);
    }

    void await(Position position, Runnable given) {
        AwaitedPublications present = awaited;
        if (present == null) {
            present = new AwaitedPublications();
            awaited = present;
        }
        present.add(position, given);
    }

    /** Takes the publishers whose publication has been given. */
    List<Runnable> takeGiven(MessageSequence sequence) {
        return awaited == null ? List.of() : awaited.take(sequence);
    }
}
