package io.heliograph.exchange;

import java.util.Map;

/**
 * The counters of an exchange, since it was built unless they say "now".
 *
 * @param channels channels with subscribers here, now
 * @param subscriptions subscriptions here, now
 * @param published publications that this exchange had accepted
 * @param delivered deliveries to subscribers, one for each
 * @param queuedBytes what waits for event loops and listeners, now: the data of each publication and 256 bytes, for each loop
 * @param drops what was not delivered, by reason, see {@link DropReason}; a reason that never occurred is absent
 */
public record ExchangeStats(
        long channels, long subscriptions, long published, long delivered, long queuedBytes, Map<String, Long> drops) {

    public ExchangeStats {
        drops = Map.copyOf(drops);
    }
}
