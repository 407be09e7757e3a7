package io.heliograph.server.http;

import io.heliograph.endpoint.Counters;
import io.heliograph.exchange.Position;
import io.heliograph.http.HttpRequest;
import io.heliograph.http.HttpResponse;
import io.heliograph.internal.Printable;
import io.heliograph.server.Principal;
import io.heliograph.server.hub.HubConnection;
import io.heliograph.server.hub.HubCore;
import io.heliograph.server.hub.HubListener;
import io.heliograph.server.stats.EndCause;
import io.heliograph.transport.HttpAcceptHandler.Exchange;
import org.jspecify.annotations.Nullable;

/** Opens streams of server-sent events. */
final class Subscriptions {

    private static final String TYPE = "text/event-stream";

    private final HubCore hub;
    private final HubListener listener;
    private final ApiOptions options;
    private final Counters counters;
    private final EventStreams streams;
    private final ApiResponses responses;

    Subscriptions(
            HubCore hub,
            HubListener listener,
            ApiOptions options,
            Counters counters,
            EventStreams streams,
            ApiResponses responses) {
        this.hub = hub;
        this.listener = listener;
        this.options = options;
        this.counters = counters;
        this.streams = streams;
        this.responses = responses;
    }

    /**
     * Subscribes to a channel, and answers with a stream, or with an error. Event loop only.
     *
     * @throws IllegalArgumentException if the request is invalid
     */
    void open(Exchange exchange, Principal principal) {
        HttpRequest request = exchange.request();
        String channel = new Query(request).required("channel");
        String hubChannel = listener.names().channelToRead(channel);
        if (hubChannel == null) {
            throw new IllegalArgumentException(
                    "channel: '" + Printable.of(channel, 100) + "' (expected: a channel of this listener)");
        }
        Position since = since(request);
        EventStream stream = new EventStream(exchange.loop(), options, hub.codec(), counters, streams);
        boolean token = principal.source() == Principal.Source.TOKEN;
        HubConnection connection =
                hub.connect(listener, stream, request.peer().toString(), token ? Principal.anonymous() : principal);
        stream.opened(
                connection, channel, message -> exchange.answer(responses.error(403, "NotAllowedError", message)));
        if (token) {
            connection.authenticate(principal); // The connection is anonymous again when the token expires.
        }
        connection.admit(() -> connection.subscribe(hubChannel, stream, since, (subscription, failure) -> {
            if (subscription == null || failure != null) {
                if (failure != null) {
                    exchange.answer(responses.error(failure));
                }
                stream.abandon(EndCause.FAILURE, "subscription failed");
            } else {
                stream.subscribed(subscription, since);
                exchange.answer(ApiResponses.secured(HttpResponse.stream(200, TYPE, stream))
                        .withHeader("X-Accel-Buffering", "no"));
            }
        }));
    }

    private static @Nullable Position since(HttpRequest request) {
        String last = request.headers().first("Last-Event-ID").orElse("");
        return last.isEmpty() ? null : ApiOperations.position("Last-Event-ID", last);
    }
}
