package io.heliograph.realtime.server;

import io.heliograph.DropReason;
import io.heliograph.codec.Payload;
import io.heliograph.realtime.InvalidActionException;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.packet.PacketCodec;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Checks and failures that the requests with a channel share. Event loop only. */
abstract class ChannelRequests {

    final DefaultRealtimeSocket socket;

    ChannelRequests(DefaultRealtimeSocket socket) {
        this.socket = socket;
    }

    /** Returns the channel of a packet, or null after reporting that the packet has no valid channel. */
    final @Nullable String channel(String action, @Nullable String cid, Payload data) {
        String channel = socket.context.reader.string(data, PacketCodec.Field.CHANNEL);
        if (channel == null) {
            malformed(action, cid);
            return null;
        }
        return isTooLong(action, cid, channel) ? null : channel;
    }

    /** Reports a channel name beyond the limit, without repeating it. */
    final boolean isTooLong(String action, @Nullable String cid, String channel) {
        int limit = socket.config.limits().maxChannelNameBytes();
        if (channel.length() <= limit / 3
                || (channel.length() <= limit && channel.getBytes(StandardCharsets.UTF_8).length <= limit)) {
            return false;
        }
        socket.events.dropped(DropReason.CHANNEL_NAME_TOO_LONG, 1);
        failed(cid, new InvalidActionException(action + " channel name was longer than " + limit + " bytes"));
        return true;
    }

    final void malformed(String action, @Nullable String cid) {
        failed(cid, new InvalidActionException(action + " channel name was malformatted"));
    }

    /** Reports a failure locally and, for a request, to the client. */
    final void failed(@Nullable String cid, Throwable failure) {
        socket.report(failure);
        socket.fail(cid, failure);
    }

    /** Returns the name and message of an error that the peer may receive, and the name of another one. */
    static String shown(Throwable cause) {
        return cause instanceof RealtimeException known
                ? known.errorName() + ": " + known.message()
                : socketName(cause);
    }

    /** Returns the error name; only {@code Error} for other exceptions, because the peer receives it. */
    private static String socketName(Throwable cause) {
        return cause instanceof io.heliograph.HeliographException known ? known.errorName() : "Error";
    }
}
