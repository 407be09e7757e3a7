package io.heliograph.realtime.client;

import io.heliograph.DropReason;
import io.heliograph.codec.Payload;
import io.heliograph.exchange.Position;
import io.heliograph.realtime.ChannelEvent;
import io.heliograph.realtime.ChannelRecovery;
import io.heliograph.realtime.ClientEvent;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.SubscribeOptions;
import io.heliograph.realtime.packet.PacketCodec;
import org.jspecify.annotations.Nullable;

/** Recovery of the publications that a client has missed: positions, repetitions and gaps of its channels. Event loop only. */
final class ClientRecovery {

    /** Reason of a gap that a subscription from the position before the gap closes. */
    private static final String QUEUE_FULL = "queue-full";

    private static final String UNKNOWN = "unknown";
    private static final ChannelRecovery NOT_ASKED = new ChannelRecovery.NotAsked();
    private static final ChannelRecovery UNSUPPORTED = new ChannelRecovery.Unsupported();
    private static final ChannelRecovery RECOVERED = new ChannelRecovery.Recovered();

    private final DefaultRealtimeClient client;

    ClientRecovery(DefaultRealtimeClient client) {
        this.client = client;
    }

    /**
     * Returns the position to subscribe from.
     *
     * @return empty to ask for positions only; null without recovery
     */
    @Nullable
    String since(ChannelSubscription entry, SubscribeOptions options) {
        if (!client.current().recovery()) {
            return null;
        }
        Position last = entry.position == null ? options.since() : entry.position;
        return last == null ? "" : last.toString();
    }

    /** Whether a publication is not a repetition. Records its position. */
    boolean accepts(ChannelSubscription entry, PacketCodec.Reader reader, Payload publication) {
        Position last = entry.position;
        if (last == null) {
            return true;
        }
        Position next = position(entry, reader, publication);
        if (entry.rewinding || (next != null && last.reaches(next))) {
            client.counters.drop(DropReason.DUPLICATE, 1);
            return false;
        }
        if (next != null) {
            entry.position = next;
        }
        return true;
    }

    /**
     * Records the position in the confirmation of a subscription.
     *
     * @return outcome of the recovery
     */
    ChannelRecovery confirmed(ChannelSubscription entry, PacketCodec.Reader reader, Payload answer) {
        String since = entry.since;
        entry.rewinding = false;
        if (since == null) {
            return NOT_ASKED;
        }
        Position start = position(entry, reader, answer);
        client.publications.answered(start != null);
        if (start == null) {
            entry.position = null;
            return since.isEmpty() ? NOT_ASKED : UNSUPPORTED;
        }
        if (since.isEmpty()) {
            entry.position = start;
            return NOT_ASKED;
        }
        if (Boolean.TRUE.equals(PacketCodec.value(reader.member(answer, PacketCodec.Field.RECOVERED)))) {
            entry.position = Position.parse(since);
            return RECOVERED;
        }
        entry.position = start;
        return new ChannelRecovery.Lost(reason(reader, answer));
    }

    /**
     * Processes a gap that the server has reported.
     *
     * @return whether to subscribe again from the position before the gap
     */
    boolean gap(ChannelSubscription entry, PacketCodec.Reader reader, Payload gap) {
        if (entry.position == null || entry.rewinding) {
            return false;
        }
        String reason = reason(reader, gap);
        if (reason.equals(QUEUE_FULL)) {
            entry.rewinding = true;
            return true;
        }
        Position head = position(entry, reader, gap);
        if (head != null) {
            entry.position = head;
        }
        emitGap(entry.name, reason);
        return false;
    }

    /** Emits a gap if the publications that a client has missed are lost. */
    void report(String channel, ChannelRecovery outcome) {
        if (outcome instanceof ChannelRecovery.Lost lost) {
            emitGap(channel, lost.reason());
        }
    }

    private void emitGap(String channel, String reason) {
        client.streams.emit(channel, new ChannelEvent.Gap(reason));
        client.emit(new ClientEvent.Gap(channel, reason));
    }

    private static String reason(PacketCodec.Reader reader, Payload data) {
        String reason = reader.string(data, PacketCodec.Field.REASON);
        return reason == null ? UNKNOWN : reason;
    }

    /** Returns the position in the data of a packet; null without a position. An invalid position is reported. */
    private @Nullable Position position(ChannelSubscription entry, PacketCodec.Reader reader, Payload data) {
        String text = reader.string(data, PacketCodec.Field.POSITION);
        if (text == null) {
            return null;
        }
        try {
            return Position.parse(text);
        } catch (IllegalArgumentException e) {
            client.report(
                    new InvalidMessageException("position of channel '" + entry.name + "': " + e.getMessage(), e));
            return null;
        }
    }
}
