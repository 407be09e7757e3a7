package io.heliograph.websocket;

import io.heliograph.ProtocolViolationException;
import io.heliograph.frame.Frame;
import io.heliograph.http.HttpHeaders;
import io.heliograph.http.HttpRequest;
import io.heliograph.http.HttpResponse;
import io.heliograph.internal.HeaderTokens;
import io.heliograph.internal.Printable;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Opening handshake of the WebSocket protocol (RFC 6455, section 4), for transports. */
public final class WebSocketHandshake {

    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final Pattern KEY = Pattern.compile("[+/0-9A-Za-z]{22}==");

    /** First offer of the client of this library, and response of its server: no context takeover. */
    private static final String DEFLATE =
            PerMessageDeflate.NAME + "; server_no_context_takeover; client_no_context_takeover";

    /**
     * Offers of the client of this library. The second one is for servers that limit the window of the client, the
     * third one for servers that compress with context takeover; such a server refuses the WebSocket if it can accept
     * no offer.
     */
    private static final String OFFERS = DEFLATE + ", " + DEFLATE + "; client_max_window_bits, "
            + PerMessageDeflate.NAME + "; client_no_context_takeover; client_max_window_bits";

    private static final int MAX_WINDOW_BITS = 15;

    /** The longest message with a header field of the peer. */
    private static final int MAX_MESSAGE = 300;

    private static final HttpHeaders SWITCHING =
            HttpHeaders.empty().with("Upgrade", "websocket").with("Connection", "Upgrade");

    /**
     * Per thread: looking up and creating a digest costs as much as using it, and an event loop completes thousands of
     * handshakes.
     */
    private static final ThreadLocal<MessageDigest> SHA_1 = ThreadLocal.withInitial(WebSocketHandshake::sha1);

    private WebSocketHandshake() {}

    // ---- the server's side

    /**
     * Returns whether a request attempts a WebSocket upgrade, valid or not. A request to upgrade to another protocol,
     * such as HTTP/2, is an ordinary request whose upgrade is ignored.
     */
    public static boolean isUpgrade(HttpHeaders headers) {
        return headers.first("Upgrade").isPresent()
                && lists(headers, "Connection", "upgrade")
                && (lists(headers, "Upgrade", "websocket")
                        || headers.first("Sec-WebSocket-Key").isPresent());
    }

    private static boolean lists(HttpHeaders headers, String name, String token) {
        for (String each : joined(headers, name).split(",", -1)) {
            if (each.strip().equalsIgnoreCase(token)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Returns the error response to an invalid WebSocket upgrade, as {@code ws} formats it; null if the upgrade is
     * valid.
     */
    public static @Nullable HttpResponse objection(HttpRequest request) {
        HttpHeaders headers = request.headers();
        if (!request.method().equals("GET")) {
            return refusal(405, "Invalid HTTP method");
        }
        if (!joined(headers, "Upgrade").equalsIgnoreCase("websocket")) {
            return refusal(400, "Invalid Upgrade header");
        }
        if (!KEY.matcher(key(headers)).matches()) {
            return refusal(400, "Missing or invalid Sec-WebSocket-Key header");
        }
        String version = headers.first("Sec-WebSocket-Version").orElse("").strip();
        if (!version.equals("13") && !version.equals("8")) {
            return refusal(400, "Missing or invalid Sec-WebSocket-Version header")
                    .withHeader("Sec-WebSocket-Version", "13, 8");
        }
        return null;
    }

    /** Returns the error response that rejects a WebSocket upgrade, as {@code ws} formats it. */
    public static HttpResponse refusal(int status, String message) {
        return HttpResponse.of(status, "text/html", Frame.utf8(message));
    }

    private static String key(HttpHeaders headers) {
        return joined(headers, "Sec-WebSocket-Key");
    }

    private static String joined(HttpHeaders headers, String name) {
        return headers.joined(name);
    }

    /** Returns the offered subprotocols in their order, possibly none; empty if the header field is malformed. */
    public static Optional<List<String>> protocols(HttpHeaders headers) {
        return headers.first("Sec-WebSocket-Protocol").isEmpty()
                ? Optional.of(List.of())
                : HeaderTokens.list(joined(headers, "Sec-WebSocket-Protocol"));
    }

    /**
     * Returns the value of the {@code Sec-WebSocket-Extensions} response field that accepts an offer of
     * permessage-deflate; empty if no offer can be accepted.
     */
    public static Optional<String> acceptDeflate(HttpHeaders headers) {
        try {
            List<PerMessageDeflate> offers = offers(headers);
            for (PerMessageDeflate offer : offers) {
                // The JDK supports the maximum window only.
                int window = offer.serverMaxWindowBits();
                if (window == 0 || window == 15) {
                    return Optional.of(window == 0 ? DEFLATE : DEFLATE + "; server_max_window_bits=15");
                }
            }
        } catch (IllegalArgumentException malformed) {
            // Malformed offers are not accepted.
        }
        return Optional.empty();
    }

    /**
     * Returns the error response to malformed subprotocols or extensions, as {@code ws} formats it; null if both are
     * valid.
     */
    public static @Nullable HttpResponse objection(HttpHeaders headers, boolean compression) {
        if (protocols(headers).isEmpty()) {
            return refusal(400, "Invalid Sec-WebSocket-Protocol header");
        }
        return compression && !hasValidExtensions(headers)
                ? refusal(400, "Invalid or unacceptable Sec-WebSocket-Extensions header")
                : null;
    }

    private static boolean hasValidExtensions(HttpHeaders headers) {
        try {
            offers(headers);
            return true;
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }

    private static List<PerMessageDeflate> offers(HttpHeaders headers) {
        return headers.first("Sec-WebSocket-Extensions").isEmpty()
                ? List.of()
                : PerMessageDeflate.read(joined(headers, "Sec-WebSocket-Extensions"), true);
    }

    /** Returns the header fields of the 101 response. */
    public static HttpHeaders accepted(HttpHeaders request, @Nullable String protocol, Optional<String> extensions) {
        HttpHeaders fields = SWITCHING.with("Sec-WebSocket-Accept", accept(key(request)));
        if (protocol != null) {
            fields = fields.with("Sec-WebSocket-Protocol", protocol);
        }
        return extensions.isPresent() ? fields.with("Sec-WebSocket-Extensions", extensions.get()) : fields;
    }

    private static String accept(String key) {
        byte[] text = (key + GUID).getBytes(StandardCharsets.ISO_8859_1);
        return Base64.getEncoder().encodeToString(SHA_1.get().digest(text));
    }

    private static MessageDigest sha1() {
        try {
            return MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    // ---- the client's side

    /**
     * Returns the header fields of an upgrade request, without {@code Host} and application fields.
     *
     * @param key 16 random bytes in Base64
     * @param protocols offered subprotocols, possibly none
     * @param deflate whether to offer compression
     */
    public static HttpHeaders request(String key, List<String> protocols, boolean deflate) {
        HttpHeaders fields = HttpHeaders.empty()
                .with("Upgrade", "websocket")
                .with("Connection", "Upgrade")
                .with("Sec-WebSocket-Key", key)
                .with("Sec-WebSocket-Version", "13");
        if (!protocols.isEmpty()) {
            fields = fields.with("Sec-WebSocket-Protocol", String.join(",", protocols));
        }
        return deflate ? fields.with("Sec-WebSocket-Extensions", OFFERS) : fields;
    }

    /**
     * Negotiated parameters of a WebSocket.
     *
     * @param protocol subprotocol, if any
     * @param deflate whether messages may be compressed
     * @param peerResets whether the server compresses each message independently
     * @param windowBits window of the server for messages of the client, 8 to 15; see {@link MessageDeflate#window}
     */
    public record Agreement(Optional<String> protocol, boolean deflate, boolean peerResets, int windowBits) {}

    /**
     * Validates the 101 response of a server.
     *
     * @param key key of the request
     * @param protocols subprotocols offered in the request
     * @param deflate whether the request has offered compression
     * @throws ProtocolViolationException if the response does not match the request
     */
    public static Agreement validate(HttpHeaders response, String key, List<String> protocols, boolean deflate) {
        check(
                joined(response, "Upgrade").equalsIgnoreCase("websocket"),
                "Invalid Upgrade header: '" + joined(response, "Upgrade") + "'");
        check(joined(response, "Sec-WebSocket-Accept").equals(accept(key)), "Invalid Sec-WebSocket-Accept header");
        Optional<String> protocol = response.first("Sec-WebSocket-Protocol");
        check(
                protocol.isEmpty() || !protocols.isEmpty(),
                "Server sent a subprotocol but none was requested: " + protocol.orElse(""));
        check(
                protocol.isEmpty() || protocols.contains(protocol.get()),
                "Server sent an invalid subprotocol: " + protocol.orElse(""));
        check(protocol.isPresent() || protocols.isEmpty(), "Server sent no subprotocol");
        if (response.first("Sec-WebSocket-Extensions").isEmpty()) {
            return new Agreement(protocol, false, false, MAX_WINDOW_BITS);
        }
        String extensions = joined(response, "Sec-WebSocket-Extensions");
        check(deflate, "Server sent extensions but none was requested: " + extensions);
        try {
            List<PerMessageDeflate> agreed = PerMessageDeflate.read(extensions, false);
            check(agreed.size() == 1, "Invalid Sec-WebSocket-Extensions header: " + extensions);
            PerMessageDeflate agreement = agreed.getFirst();
            int bits = agreement.clientMaxWindowBits();
            return new Agreement(
                    protocol, true, agreement.serverNoContextTakeover(), bits == 0 ? MAX_WINDOW_BITS : bits);
        } catch (IllegalArgumentException malformed) {
            throw new ProtocolViolationException(
                    "Invalid Sec-WebSocket-Extensions header: " + Printable.of(malformed.getMessage(), MAX_MESSAGE),
                    null);
        }
    }

    private static void check(boolean condition, String message) {
        if (!condition) {
            throw new ProtocolViolationException(Printable.of(message, MAX_MESSAGE), null);
        }
    }
}
