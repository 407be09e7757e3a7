package io.heliograph.realtime.client;

import io.heliograph.http.HttpHeaders;
import io.heliograph.realtime.AutoReconnectOptions;
import io.heliograph.realtime.RealtimeCodec;
import io.heliograph.realtime.TokenStore;
import io.heliograph.realtime.session.SessionSettings;
import io.heliograph.tls.ClientTls;
import io.heliograph.transport.EndpointOptions;
import io.heliograph.transport.WebSocketOptions;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Immutable options of a client. */
public record ClientConfig(
        ClientUrl url,
        int protocolVersion,
        RealtimeCodec codec,
        boolean autoReconnect,
        AutoReconnectOptions autoReconnectOptions,
        boolean autoSubscribeOnConnect,
        boolean recovery,
        Duration connectTimeout,
        Duration ackTimeout,
        boolean pingTimeoutDisabled,
        boolean batchOnHandshake,
        Duration batchOnHandshakeDuration,
        Duration batchInterval,
        String channelPrefix,
        @Nullable TokenStore givenTokenStore,
        TokenStore tokenStore,
        @Nullable String authTokenName,
        String clientId,
        Optional<ClientTls> tls,
        HttpHeaders headers,
        Optional<WebSocketOptions.Compression> compression,
        int maxQueuedEvents,
        int maxPendingCalls,
        int maxChannels,
        int maxDepth,
        int maxSentMessageBytes,
        EndpointOptions endpoint,
        RandomGenerator random,
        @Nullable LongSupplier nanoTime) {

    /** Returns the name of the token in its store. */
    String tokenName() {
        return authTokenName == null ? "socketcluster.authToken." + url.nameForToken() : authTokenName;
    }

    /** Returns the URL without the query, which may contain secrets. */
    String address() {
        String text = url.text();
        int query = text.indexOf('?');
        return query < 0 ? text : text.substring(0, query);
    }

    /** Returns the settings of the session. */
    SessionSettings session() {
        return new SessionSettings(
                endpoint.dispatch(),
                ackTimeout,
                batchInterval,
                maxPendingCalls,
                endpoint.maxPendingMessages(),
                maxPendingBytes(),
                false);
    }

    /** Returns the maximum number of bytes of received messages that are pending for user code. */
    long maxPendingBytes() {
        return 2L * endpoint.maxMessageBytes();
    }
}
