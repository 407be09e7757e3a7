package io.heliograph.realtime.server;

import io.heliograph.realtime.Action;
import io.heliograph.realtime.InvalidArgumentsException;

/** Types of {@link Action}, each with the original's name of its middleware. */
enum ActionKind {
    HANDSHAKE_WS(Action.HandshakeWs.class, "handshake"),
    HANDSHAKE_SC(Action.HandshakeSc.class, "handshake"),
    MESSAGE(Action.Message.class, "inboundRaw"),
    TRANSMIT(Action.Transmit.class, "inbound"),
    INVOKE(Action.Invoke.class, "inbound"),
    SUBSCRIBE(Action.Subscribe.class, "inbound"),
    PUBLISH_IN(Action.PublishIn.class, "inbound"),
    AUTHENTICATE(Action.Authenticate.class, "inbound"),
    PUBLISH_OUT(Action.PublishOut.class, "outbound");

    private final Class<? extends Action> type;
    private final String middleware;

    ActionKind(Class<? extends Action> type, String middleware) {
        this.type = type;
        this.middleware = middleware;
    }

    /** Returns the name of the middleware, such as {@code inbound}. */
    String middleware() {
        return middleware;
    }

    /**
     * Returns the kind of a type.
     *
     * @throws InvalidArgumentsException if the type is not a type of action, for example {@link Action} itself
     */
    static ActionKind of(Class<? extends Action> type) {
        for (ActionKind kind : values()) {
            if (kind.type.equals(type)) {
                return kind;
            }
        }
        throw new InvalidArgumentsException("Middleware " + type.getSimpleName() + " type is not supported");
    }
}
