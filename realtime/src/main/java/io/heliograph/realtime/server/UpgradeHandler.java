package io.heliograph.realtime.server;

import io.heliograph.frame.Frame;
import io.heliograph.http.HttpRequest;
import io.heliograph.http.HttpResponse;
import io.heliograph.http.Origins;
import io.heliograph.realtime.Action;
import io.heliograph.realtime.Decision;
import io.heliograph.realtime.DropReason;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.ServerProtocolException;
import io.heliograph.realtime.packet.WireErrors;
import io.heliograph.transport.HttpAcceptHandler;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Decides about requests to become a WebSocket, in the order of the original. Each on its own loop. */
final class UpgradeHandler {

    private final DefaultRealtimeServer server;
    private final Origins origins;

    // Asked for and not decided.
    private final AtomicInteger deciding = new AtomicInteger();

    UpgradeHandler(DefaultRealtimeServer server, Origins origins) {
        this.server = server;
        this.origins = origins;
    }

    /** Someone asks to become a WebSocket, on the right path. */
    void upgrade(HttpAcceptHandler.Upgrade upgrade) {
        HttpResponse refusal = upgrade.refusal(server.webSocket);
        if (refusal != null) {
            upgrade.refuse(refusal);
            return;
        }
        if (!hasRoom()) {
            upgrade.refuse(HttpResponse.of(503, "text/html", Frame.utf8("Service Unavailable")));
            return;
        }
        deciding.incrementAndGet();
        Action.HandshakeWs action = new Action.HandshakeWs(upgrade.request());
        server.middlewares.ask(ActionKind.HANDSHAKE_WS, action, upgrade.loop(), new Middlewares.Outcome() {
            @Override
            public void allowed(Decision.Allow decision) {
                deciding.decrementAndGet();
                enter(upgrade);
            }

            @Override
            public void blocked(@Nullable Throwable error, boolean silent) {
                deciding.decrementAndGet();
                refuse(upgrade, action, error, silent);
            }

            @Override
            public void undecided() {
                server.dropped(DropReason.MIDDLEWARE_TIMEOUT);
            }
        });
    }

    private boolean hasRoom() {
        int pending = server.registry.pendingCount() + deciding.get();
        if (pending >= server.config.limits().maxPendingHandshakes()) {
            server.dropped(DropReason.TOO_MANY_HANDSHAKES);
            return false;
        }
        if (pending + server.registry.openCount() >= server.config.limits().maxConnections()) {
            server.dropped(DropReason.TOO_MANY_CONNECTIONS);
            return false;
        }
        return !server.isClosing();
    }

    private void refuse(
            HttpAcceptHandler.Upgrade upgrade, Action.HandshakeWs action, @Nullable Throwable error, boolean silent) {
        Throwable told = Middlewares.told(
                ActionKind.HANDSHAKE_WS,
                action,
                error,
                silent,
                server.config.protocol().emitMiddlewareFailures() ? server::warn : ignored -> {});
        String body = told instanceof RealtimeException known ? known.message() : WireErrors.NEUTRAL;
        upgrade.refuse(HttpResponse.of(401, "text/html", Frame.utf8(body)));
    }

    private void enter(HttpAcceptHandler.Upgrade upgrade) {
        HttpRequest request = upgrade.request();
        if (!origins.allows(request)) {
            ServerProtocolException error = new ServerProtocolException(
                    "Failed to authorize socket handshake - Invalid origin: " + origin(request));
            server.warn(error);
            upgrade.refuse(HttpResponse.of(403, "text/html", Frame.utf8(error.message())));
            return;
        }
        if (server.isClosing()) {
            upgrade.refuse(HttpResponse.of(503, "text/html", Frame.utf8("Service Unavailable")));
            return;
        }
        String protocol = upgrade.protocols().isEmpty()
                ? null
                : server.config
                        .web()
                        .handleProtocols()
                        .apply(upgrade.protocols())
                        .orElse(null);
        upgrade.accept(server.webSocket, protocol, link -> {
            DefaultRealtimeSocket socket = new DefaultRealtimeSocket(server, server.home(link.loop()), link, request);
            socket.start();
            if (server.isClosing()) {
                socket.end.terminate();
            }
            return socket;
        });
    }

    /** As the original names it in its error. */
    private static String origin(HttpRequest request) {
        return Origins.origin(request).filter(named -> !named.equals("null")).orElse("*");
    }
}
