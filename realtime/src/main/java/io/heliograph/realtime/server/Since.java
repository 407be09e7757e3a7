package io.heliograph.realtime.server;

import io.heliograph.codec.Payload;
import io.heliograph.exchange.ChannelSubscription;
import io.heliograph.exchange.Position;
import io.heliograph.exchange.Recovery;
import io.heliograph.realtime.packet.PacketCodec;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The member {@code since} of a subscription: a request for positions, and for the publications after one.
 *
 * @param after position that the client has; null if it only requests positions
 */
record Since(boolean isRequested, @Nullable Position after) {

    private static final Since NONE = new Since(false, null);
    private static final Since POSITIONS = new Since(true, null);

    /** Returns the request of a member; null if it is not a position or an empty string. */
    static @Nullable Since of(Payload member) {
        if (!member.isPresent()) {
            return NONE;
        }
        if (!(PacketCodec.value(member) instanceof String text)) {
            return null;
        }
        if (text.isEmpty()) {
            return POSITIONS;
        }
        try {
            return new Since(true, Position.parse(text));
        } catch (IllegalArgumentException malformed) {
            return null;
        }
    }

    /** Returns the data of the response. */
    Object answer(ChannelSubscription subscription) {
        if (!isRequested) {
            return PacketCodec.ABSENT;
        }
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("position", subscription.position().toString());
        if (after != null) {
            answer.put("recovered", subscription.recovered());
            if (subscription.recovery() instanceof Recovery.Lost lost) {
                answer.put("reason", lost.reason().key());
            }
        }
        return answer;
    }
}
