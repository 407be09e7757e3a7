package io.heliograph.server.hub;

import io.heliograph.codec.Payload;
import io.heliograph.exchange.Position;
import io.heliograph.exchange.PublishOptions;
import io.heliograph.server.CallException;
import io.heliograph.server.HubAction;
import io.heliograph.server.PublicationFilter;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Publications of one connection: the permission, the filter of the hub, and the exchange. Event loop only. */
final class ConnectionPublisher {

    private final HubConnection connection;

    ConnectionPublisher(HubConnection connection) {
        this.connection = connection;
    }

    /** @param publisher id that the publication carries; null for none */
    CompletionStage<Void> publish(
            @Nullable String publisher,
            String channel,
            Payload data,
            PublishOptions options,
            @Nullable Outcome<Position> outcome) {
        return connection.whenAllowed(HubAction.PUBLISH, channel, outcome, () -> {
            Object filtered;
            try {
                filtered = filtered(channel, data);
            } catch (CallException rejected) {
                HubConnection.fail(outcome, rejected);
                return;
            }
            PublishOptions all = publisher == null ? options : options.withPublisher(publisher);
            connection.core().exchange().publish(channel, filtered, all).whenComplete((position, failure) -> {
                if (outcome != null) {
                    connection.onLoop(() -> outcome.complete(position, failure == null ? null : HubErrors.of(failure)));
                }
            });
        });
    }

    /**
     * Returns the data to publish.
     *
     * @throws CallException if the filter of the hub rejects the publication
     */
    @Nullable
    Object filtered(String channel, Payload data) {
        PublicationFilter filter = connection.core().options().publicationFilter();
        if (filter == null) {
            return data;
        }
        try {
            return filter.apply(connection, channel, data);
        } catch (CallException rejected) {
            throw rejected;
        } catch (Throwable failure) {
            connection.core().userCode("publicationFilter channel=" + channel, connection.id(), failure);
            throw HubErrors.publicationFailed();
        }
    }
}
