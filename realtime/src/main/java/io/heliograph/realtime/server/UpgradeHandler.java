package io.heliograph.realtime.server;

import io.heliograph.DropReason;
import io.heliograph.frame.Frame;
import io.heliograph.http.HttpRequest;
import io.heliograph.http.HttpResponse;
import io.heliograph.http.Origins;
import io.heliograph.internal.Printable;
import io.heliograph.realtime.Action;
import io.heliograph.realtime.Decision;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.ServerProtocolException;
import io.heliograph.realtime.packet.WireErrors;
import io.heliograph.transport.HttpAcceptHandler;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Checks of HTTP upgrades, in the order of the original. Each upgrade runs on its own event loop. */
final class UpgradeHandler {

    private static final int MAX_SHOWN = 200;

    private final DefaultRealtimeServer server;
    private final Origins origins;

    private final AtomicInteger undecided = new AtomicInteger();

    UpgradeHandler(DefaultRealtimeServer server, Origins origins) {
        this.server = server;
        this.origins = origins;
    }

    /** Handles an HTTP upgrade on the path of the server. */
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
        undecided.incrementAndGet();
        Action.HandshakeWs action = new Action.HandshakeWs(upgrade.request());
        server.middlewares.ask(ActionKind.HANDSHAKE_WS, action, upgrade.loop(), new Middlewares.Outcome() {
            @Override
            public void allowed(Decision.Allow decision) {
                undecided.decrementAndGet();
                checkOrigin(upgrade);
            }

            @Override
            public void blocked(@Nullable Throwable error, boolean silent) {
                undecided.decrementAndGet();
                refuse(upgrade, action, error, silent);
            }

            @Override
            public void timedOut() {
                server.dropped(DropReason.MIDDLEWARE_TIMEOUT);
            }
        });
    }

    private boolean hasRoom() {
        int pending = server.registry.pendingCount() + undecided.get();
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
        Throwable rejection = Middlewares.rejection(
                ActionKind.HANDSHAKE_WS,
                action,
                error,
                silent,
                server.config.protocol().emitMiddlewareFailures()
                        ? failure -> server.warn(failure, upgrade.request())
                        : ignored -> {});
        String body = rejection instanceof RealtimeException known ? known.message() : WireErrors.NEUTRAL;
        upgrade.refuse(HttpResponse.of(401, "text/html", Frame.utf8(body)));
    }

    private void checkOrigin(HttpAcceptHandler.Upgrade upgrade) {
        HttpRequest request = upgrade.request();
        if (!origins.allows(request)) {
            ServerProtocolException error =
                    new ServerProtocolException("Failed to authorize socket handshake - Invalid origin: "
                            + Printable.of(origin(request), MAX_SHOWN));
            server.refused(error, request);
            upgrade.refuse(HttpResponse.of(403, "text/html", Frame.utf8(error.message())));
            return;
        }
        if (server.isClosing()) {
            upgrade.refuse(HttpResponse.of(503, "text/html", Frame.utf8("Service Unavailable")));
            return;
        }
        String protocol;
        try {
            protocol = protocol(upgrade);
        } catch (RuntimeException e) {
            server.failures.userCode("option=handleProtocols", null, e);
            server.warn(e, upgrade.request());
            upgrade.refuse(HttpResponse.of(500, "text/html", Frame.utf8("Internal Server Error")));
            return;
        }
        upgrade.accept(server.webSocket, protocol, link -> {
            DefaultRealtimeSocket socket =
                    new DefaultRealtimeSocket(server, server.context(link.loop()), link, request);
            socket.start();
            if (server.isClosing()) {
                socket.closer.terminate();
            }
            return socket;
        });
    }

    private @Nullable String protocol(HttpAcceptHandler.Upgrade upgrade) {
        return upgrade.protocols().isEmpty()
                ? null
                : server.config
                        .web()
                        .handleProtocols()
                        .apply(upgrade.protocols())
                        .orElse(null);
    }

    /** Returns the origin in the form of the original's error message. */
    private static String origin(HttpRequest request) {
        return Origins.origin(request).filter(named -> !named.equals("null")).orElse("*");
    }
}
