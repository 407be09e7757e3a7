package io.heliograph.transport;

import static io.heliograph.internal.Check.notNegative;
import static io.heliograph.internal.Check.positive;

import io.heliograph.http.AllowedHosts;
import java.time.Duration;
import java.util.Optional;

/**
 * The limits of an HTTP port.
 *
 * @param requestTimeout time to receive a whole request, from the connection or the previous response, with the TLS handshake;
 *     also the time that an idle connection is kept, and that a peer may read nothing of a response. Must be positive
 * @param messageTimeout time to receive a whole WebSocket message, from its first bytes, without the time in which reading is
 *     paused; then the WebSocket is closed with 1008. Zero disables the time-out. Must not be negative
 * @param maxHeaderBytes size of a request line with its header fields; a longer one is answered with 431. Must be positive
 * @param maxBodyBytes size of the body of an ordinary request; a longer one is answered with 413. Must be positive
 * @param maxUnfinishedBytes total size of the unfinished requests and WebSocket messages of all connections: request bodies that are
 *     incomplete or waiting for their response, and messages that are incomplete. A request that exceeds it is answered with 503
 *     and its connection closed; a WebSocket is closed with 1013. The limit is at least twice {@code maxBodyBytes}, and for a
 *     WebSocket twice its {@code maxMessageBytes}. Must be positive
 * @param maxConnections number of open connections, WebSockets included; further ones are closed. Must be positive
 * @param allowedHosts names that a request over a loopback address may have in {@code Host}; another one is answered with 403
 * @param tls TLS of all connections, or empty for none
 * @param reusePort see {@link TcpOptions}
 */
public record HttpOptions(
        Duration requestTimeout,
        Duration messageTimeout,
        int maxHeaderBytes,
        int maxBodyBytes,
        long maxUnfinishedBytes,
        int maxConnections,
        AllowedHosts allowedHosts,
        Optional<Tls> tls,
        boolean reusePort) {

    private static final HttpOptions DEFAULTS = new HttpOptions(
            Duration.ofSeconds(10),
            Duration.ofSeconds(60),
            16 << 10,
            1 << 20,
            unfinishedBytes(),
            100_000,
            AllowedHosts.loopback(),
            Optional.empty(),
            false);

    public HttpOptions {
        positive("requestTimeout", requestTimeout);
        notNegative("messageTimeout", messageTimeout);
        positive("maxHeaderBytes", maxHeaderBytes);
        positive("maxBodyBytes", maxBodyBytes);
        UnfinishedMessages.checkMaxBytes(maxUnfinishedBytes);
        positive("maxConnections", maxConnections);
    }

    /**
     * 10 s per request, 60 s per WebSocket message, 16 KiB of header, 1 MiB of body, 64 MiB of unfinished requests and messages (an eighth of the
     * heap if that is less), 100,000 connections, loopback names, no TLS.
     */
    public static HttpOptions defaults() {
        return DEFAULTS;
    }

    private static long unfinishedBytes() {
        return Math.min(64 << 20, Runtime.getRuntime().maxMemory() / 8);
    }

    public HttpOptions withRequestTimeout(Duration requestTimeout) {
        return new HttpOptions(
                requestTimeout,
                messageTimeout,
                maxHeaderBytes,
                maxBodyBytes,
                maxUnfinishedBytes,
                maxConnections,
                allowedHosts,
                tls,
                reusePort);
    }

    public HttpOptions withMessageTimeout(Duration messageTimeout) {
        return new HttpOptions(
                requestTimeout,
                messageTimeout,
                maxHeaderBytes,
                maxBodyBytes,
                maxUnfinishedBytes,
                maxConnections,
                allowedHosts,
                tls,
                reusePort);
    }

    public HttpOptions withMaxHeaderBytes(int maxHeaderBytes) {
        return new HttpOptions(
                requestTimeout,
                messageTimeout,
                maxHeaderBytes,
                maxBodyBytes,
                maxUnfinishedBytes,
                maxConnections,
                allowedHosts,
                tls,
                reusePort);
    }

    public HttpOptions withMaxBodyBytes(int maxBodyBytes) {
        return new HttpOptions(
                requestTimeout,
                messageTimeout,
                maxHeaderBytes,
                maxBodyBytes,
                maxUnfinishedBytes,
                maxConnections,
                allowedHosts,
                tls,
                reusePort);
    }

    public HttpOptions withMaxUnfinishedBytes(long maxUnfinishedBytes) {
        return new HttpOptions(
                requestTimeout,
                messageTimeout,
                maxHeaderBytes,
                maxBodyBytes,
                maxUnfinishedBytes,
                maxConnections,
                allowedHosts,
                tls,
                reusePort);
    }

    public HttpOptions withMaxConnections(int maxConnections) {
        return new HttpOptions(
                requestTimeout,
                messageTimeout,
                maxHeaderBytes,
                maxBodyBytes,
                maxUnfinishedBytes,
                maxConnections,
                allowedHosts,
                tls,
                reusePort);
    }

    public HttpOptions withAllowedHosts(AllowedHosts allowedHosts) {
        return new HttpOptions(
                requestTimeout,
                messageTimeout,
                maxHeaderBytes,
                maxBodyBytes,
                maxUnfinishedBytes,
                maxConnections,
                allowedHosts,
                tls,
                reusePort);
    }

    public HttpOptions withReusePort(boolean reusePort) {
        return new HttpOptions(
                requestTimeout,
                messageTimeout,
                maxHeaderBytes,
                maxBodyBytes,
                maxUnfinishedBytes,
                maxConnections,
                allowedHosts,
                tls,
                reusePort);
    }

    public HttpOptions withTls(Tls tls) {
        return new HttpOptions(
                requestTimeout,
                messageTimeout,
                maxHeaderBytes,
                maxBodyBytes,
                maxUnfinishedBytes,
                maxConnections,
                allowedHosts,
                Optional.of(tls),
                reusePort);
    }
}
