package io.heliograph.exchange;

import io.heliograph.DropReason;
import java.util.Map;

/**
 * Statistics of an exchange.
 *
 * @param channels current number of channels with subscribers in this exchange
 * @param subscriptions current number of subscriptions in this exchange
 * @param published publications accepted by the broker
 * @param delivered deliveries to subscribers
 * @param queuedBytes current size of the publications pending for event loops and listeners: data and 256 bytes each, for each event loop
 * @param drops dropped publications by {@link DropReason}; a reason without drops is absent
 */
public record ExchangeStats(
        long channels,
        long subscriptions,
        long published,
        long delivered,
        long queuedBytes,
        Map<io.heliograph.DropReason, Long> drops) {

    public ExchangeStats {
        drops = Map.copyOf(drops);
    }
}
