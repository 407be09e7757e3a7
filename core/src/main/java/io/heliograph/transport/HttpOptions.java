package io.heliograph.transport;

import static io.heliograph.internal.Check.positive;

import java.time.Duration;
import java.util.Optional;

/**
 * The limits of a port for HTTP.
 *
 * @param requestTimeout how long a peer may take to send a whole request, counted from the connection or from the request
 *     before, and with TLS its handshake; also how long a connection is kept for the next request. Positive
 * @param maxHeaderBytes the most bytes of a request line with its header fields; a longer one is answered with 431. Positive
 * @param maxBodyBytes the most bytes of the body of an ordinary request; a longer one is answered with 413. Positive
 * @param maxConnections how many connections may be open at once, WebSockets included; further ones are closed. Positive
 * @param tls TLS over all connections, or empty for none
 */
public record HttpOptions(
        Duration requestTimeout, int maxHeaderBytes, int maxBodyBytes, int maxConnections, Optional<Tls> tls) {

    private static final HttpOptions DEFAULTS =
            new HttpOptions(Duration.ofSeconds(10), 16 << 10, 1 << 20, 100_000, Optional.empty());

    public HttpOptions {
        positive("requestTimeout", requestTimeout);
        positive("maxHeaderBytes", maxHeaderBytes);
        positive("maxBodyBytes", maxBodyBytes);
        positive("maxConnections", maxConnections);
    }

    /** 10 s a request, 16 KiB of header, 1 MiB of body, 100,000 connections, no TLS. */
    public static HttpOptions defaults() {
        return DEFAULTS;
    }

    public HttpOptions withRequestTimeout(Duration requestTimeout) {
        return new HttpOptions(requestTimeout, maxHeaderBytes, maxBodyBytes, maxConnections, tls);
    }

    public HttpOptions withMaxConnections(int maxConnections) {
        return new HttpOptions(requestTimeout, maxHeaderBytes, maxBodyBytes, maxConnections, tls);
    }

    public HttpOptions withTls(Tls tls) {
        return new HttpOptions(requestTimeout, maxHeaderBytes, maxBodyBytes, maxConnections, Optional.of(tls));
    }
}
