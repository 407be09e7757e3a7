package io.heliograph.realtime.server;

import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Data of the subscriptions of one connection, for later decisions of middleware. Event loop only. */
final class SubscriptionData {

    /** Maximum length of the data that is kept. */
    private static final int MAX_BYTES = 1024;

    // Copied from the messages; allocated at first use.
    private @Nullable Map<String, Payload> byChannel;

    /** Keeps the data of a subscription, unless it is absent or too long. */
    void put(String channel, Payload data) {
        if (!data.isPresent() || data.size() > MAX_BYTES) {
            remove(channel);
            return;
        }
        Map<String, Payload> present = byChannel;
        if (present == null) {
            present = new HashMap<>();
            byChannel = present;
        }
        boolean decoded = data.size() == 0;
        present.put(
                channel,
                decoded ? data : Payload.of(data.codec(), Frame.of(data.frame().toByteArray())));
    }

    /** Returns the data of a subscription, or null. */
    @Nullable
    Payload get(String channel) {
        return byChannel == null ? null : byChannel.get(channel);
    }

    void remove(String channel) {
        if (byChannel != null) {
            byChannel.remove(channel);
        }
    }
}
