package io.heliograph.transport;

import io.heliograph.HeliographException;
import io.heliograph.TransportException;
import io.heliograph.UnreachableException;

/**
 * Messages of failed attempts to connect, the same for all transports and protocols: {@code address: cause; advice}.
 *
 * <p>The causes are {@link TransportException}s with the code of the operating system, or one of the codes below.
 */
public final class ConnectFailures {

    /** Code: the host is unknown. */
    public static final String UNKNOWN_HOST = "ENOTFOUND";

    /** Code: no answer in time. */
    public static final String TIMED_OUT = "ETIMEDOUT";

    /** Code: the server speaks TLS, the client does not. */
    public static final String TLS_EXPECTED = "TLS_EXPECTED";

    /** Code: the client speaks TLS, the server does not. */
    public static final String TLS_MISSING = "TLS_MISSING";

    /** Code: the authority of the certificate is not trusted. */
    public static final String TLS_UNTRUSTED = "TLS_UNTRUSTED";

    /** Code: the certificate is for another host. */
    public static final String TLS_HOST = "TLS_HOST";

    /** Code: the certificate has expired, or is not valid yet. */
    public static final String TLS_EXPIRED = "TLS_EXPIRED";

    /** Code: the peer has refused the handshake, for example for lack of a client certificate. */
    public static final String TLS_REFUSED = "TLS_REFUSED";

    /** Code: the handshake has failed for another reason. */
    public static final String TLS_FAILED = "TLS_FAILED";

    private ConnectFailures() {}

    /**
     * Returns the exception of a failed attempt.
     *
     * @param where address in its string form, or the URL without its query
     * @param file whether the address is a socket file
     */
    public static UnreachableException unreachable(String where, boolean file, HeliographException cause) {
        if (cause instanceof UnreachableException already) {
            return already;
        }
        String code = cause instanceof TransportException system ? system.code() : "";
        String words = words(code, file);
        String message = cause.getMessage();
        if (words.isEmpty()) {
            words = message == null ? cause.errorName() : message;
        } else if (code.startsWith("TLS") || code.equals(TIMED_OUT) || code.equals(UNKNOWN_HOST)) {
            words = message + "; " + words;
        } else {
            words = words + " (" + code + ")";
        }
        return new UnreachableException(where + ": " + words, cause);
    }

    /**
     * Returns the words for a code: cause and advice, or only the advice if the message of the exception states the
     * cause.
     */
    private static String words(String code, boolean file) {
        return switch (code) {
            case "ECONNREFUSED" ->
                file
                        ? "connection refused; is the server running? Nobody listens on this socket file"
                        : "connection refused; is the server running on this port?";
            case "ENOENT", "ENOTDIR" -> "no such socket file; is the server running, and is the path right?";
            case "EACCES", "EPERM" ->
                file
                        ? "permission denied; check owner and mode of the socket file and its directories"
                        : "permission denied; check the firewall of this machine";
            case "EAGAIN" -> "the server does not keep up with accepting; try again";
            case "ECONNRESET", "EPIPE" -> "connection reset; does the server speak this protocol on this port?";
            case "EHOSTUNREACH", "ENETUNREACH", "ENETDOWN" -> "no route to the host; check address and network";
            case "EMFILE", "ENFILE" -> "too many open files in this process; raise the limit or close some";
            case "EADDRNOTAVAIL" -> "no local port is free, or the address cannot be connected to";
            case UNKNOWN_HOST -> "check the name";
            case TIMED_OUT -> "check the address, and firewalls on the way";
            case TLS_EXPECTED -> "connect with TLS (wss:)";
            case TLS_MISSING -> "connect without TLS (ws:), or to the TLS port";
            case TLS_UNTRUSTED -> "trust its authority, or check that the address is right";
            case TLS_HOST -> "connect by a name that the certificate has";
            case TLS_EXPIRED -> "renew it, or check the clock of this machine";
            case TLS_REFUSED -> "check client certificate and TLS versions";
            default -> "";
        };
    }
}
