package io.heliograph.realtime.session;

import io.heliograph.internal.Printable;
import io.heliograph.realtime.SocketProtocolException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Close codes of the protocol, with their descriptions. */
public final class CloseCodes {

    public static final int NORMAL = 1000;
    public static final int DISCONNECTED = 1001;
    public static final int NO_STATUS = 1005;
    public static final int HUNG_UP = 1006;
    public static final int POLICY_VIOLATION = 1008;
    static final int TOO_BIG = 1009;
    public static final int TRY_AGAIN_LATER = 1013;
    public static final int SERVER_PING_TIMED_OUT = 4000;
    public static final int CLIENT_PONG_TIMED_OUT = 4001;
    public static final int SIGNING_FAILED = 4002;
    public static final int HANDSHAKE_FAILED = 4003;
    public static final int NO_HANDSHAKE = 4005;
    public static final int CONNECT_TIMED_OUT = 4007;
    public static final int HANDSHAKE_REJECTED = 4008;
    public static final int MESSAGE_BEFORE_HANDSHAKE = 4009;

    /** Lowest code after which a client does not reconnect. */
    public static final int DO_NOT_RECONNECT = 4500;

    private static final String NORMAL_TEXT = "Socket closed normally";

    private static final Map<Integer, String> TEXTS = Map.ofEntries(
            Map.entry(1001, "Socket was disconnected"),
            Map.entry(1002, "A WebSocket protocol error was encountered"),
            Map.entry(1003, "Server terminated socket because it received invalid data"),
            Map.entry(1005, "Socket closed without status code"),
            Map.entry(1006, "Socket hung up"),
            Map.entry(1007, "Message format was incorrect"),
            Map.entry(1008, "Encountered a policy violation"),
            Map.entry(1009, "Message was too big to process"),
            Map.entry(
                    1010, "Client ended the connection because the server did not comply with extension requirements"),
            Map.entry(1011, "Server encountered an unexpected fatal condition"),
            Map.entry(4000, "Server ping timed out"),
            Map.entry(4001, "Client pong timed out"),
            Map.entry(4002, "Server failed to sign auth token"),
            Map.entry(4003, "Failed to complete handshake"),
            Map.entry(4004, "Client failed to save auth token"),
            Map.entry(4005, "Did not receive #handshake from client before timeout"),
            Map.entry(4006, "Failed to bind socket to message broker"),
            Map.entry(4007, "Client connection establishment timed out"),
            Map.entry(4008, "Server rejected handshake from client"),
            Map.entry(4009, "Server received a message before the client handshake"));

    private CloseCodes() {}

    /** Returns the description of a code; null for an unknown code. */
    static @Nullable String text(int code) {
        return TEXTS.get(code);
    }

    /** Whether the code has a description. */
    public static boolean isKnown(int code) {
        return TEXTS.containsKey(code);
    }

    /** Whether a close frame may contain the code. */
    public static boolean isSendable(int code) {
        return (code >= 1000 && code <= 1014 && (code < 1004 || code > 1006)) || (code >= 3000 && code <= 4999);
    }

    /** Whether the code is not reported as an error: 1000 and 1001. */
    public static boolean isIgnored(int code) {
        return code == NORMAL || code == DISCONNECTED;
    }

    /** Returns the reason of events: the given reason, or the description of the code if the reason is null or empty. */
    public static @Nullable String reason(int code, @Nullable String given) {
        if (given != null && !given.isEmpty()) {
            return given;
        }
        String known = TEXTS.get(code);
        return code == NORMAL || known == null ? given : known;
    }

    /** Returns the reason of a {@code BadConnectionError}: the given reason, the description of 1000 or 1001, or an empty string. */
    public static String badConnectionReason(int code, @Nullable String given) {
        if (given != null) {
            return given;
        }
        if (code == NORMAL) {
            return NORMAL_TEXT;
        }
        return code == DISCONNECTED ? "Socket was disconnected" : "";
    }

    /** Returns the error of a code that is not {@linkplain #isIgnored ignored}. */
    public static SocketProtocolException error(int code, @Nullable String reason) {
        String known = TEXTS.get(code);
        if (known != null) {
            return new SocketProtocolException(known, code);
        }
        String text = "Socket connection closed with status code " + code;
        return new SocketProtocolException(reason == null ? text : text + " and reason: " + Printable.of(reason), code);
    }
}
