package io.heliograph.server.hub;

import io.heliograph.Dispatch;
import io.heliograph.exchange.ChannelPattern;
import io.heliograph.exchange.Engine;
import io.heliograph.http.AllowedHosts;
import io.heliograph.http.HttpHandler;
import io.heliograph.http.Origins;
import io.heliograph.server.Authority;
import io.heliograph.server.PublicationFilter;
import io.heliograph.tls.ServerTls;
import io.heliograph.transport.EndpointOptions;
import io.heliograph.transport.Transport;
import io.heliograph.web.WebServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Options of a hub, as {@link io.heliograph.server.HubBuilder} describes them. */
public record HubOptions(
        List<ListenerOptions> listeners,
        Engine engine,
        @Nullable Authority authority,
        @Nullable PublicationFilter publicationFilter,
        List<String> authKeys,
        Duration authDefaultExpiry,
        Duration authClockSkew,
        boolean allowAnonymous,
        @Nullable ServerTls tls,
        Origins origins,
        AllowedHosts hosts,
        Map<String, HttpHandler> pages,
        Consumer<WebServer.Builder> web,
        boolean health,
        List<ChannelPattern> presence,
        Dispatch dispatch,
        Duration callTimeout,
        Duration authorityTimeout,
        int maxActiveCalls,
        int maxMessageBytes,
        @Nullable Transport transport,
        boolean daemon,
        boolean closeOnShutdown,
        boolean reusePort) {

    /** Returns the options of the life cycle of the hub. */
    EndpointOptions endpoint(Duration closeTimeout) {
        EndpointOptions defaults = EndpointOptions.DEFAULTS;
        return new EndpointOptions(
                dispatch,
                closeTimeout,
                maxMessageBytes,
                defaults.maxQueuedBytes(),
                defaults.maxPendingMessages(),
                transport,
                null,
                daemon,
                closeOnShutdown);
    }

    /** Returns these options with those of {@code next} that can change while a hub runs. */
    HubOptions reloaded(HubOptions next) {
        return new HubOptions(
                listeners,
                engine,
                next.authority,
                publicationFilter,
                next.authKeys,
                authDefaultExpiry,
                authClockSkew,
                next.allowAnonymous,
                next.tls == null ? tls : next.tls,
                next.origins,
                next.hosts,
                pages,
                web,
                health,
                presence,
                dispatch,
                next.callTimeout,
                next.authorityTimeout,
                next.maxActiveCalls,
                maxMessageBytes,
                transport,
                daemon,
                closeOnShutdown,
                reusePort);
    }
}
