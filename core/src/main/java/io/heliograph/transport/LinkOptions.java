package io.heliograph.transport;

import static io.heliograph.internal.Check.positive;

import io.heliograph.Overflow;
import io.heliograph.frame.Framing;
import java.time.Duration;
import java.util.Optional;

/**
 * How a link carries frames, and its limits.
 *
 * @param framing how frames are told apart
 * @param maxFrameBytes the longest frame that is accepted from the peer; positive
 * @param maxQueuedBytes how much may wait to be written; positive
 * @param overflow what happens to a frame that finds no room; one frame is always taken when nothing waits
 * @param connectTimeout how long an attempt to connect, with its TLS handshake, may take; positive
 * @param tls TLS over the connection, or empty for none
 * @param tcp the options of a TCP socket; other sockets have none
 */
public record LinkOptions(
        Framing framing,
        int maxFrameBytes,
        int maxQueuedBytes,
        Overflow overflow,
        Duration connectTimeout,
        Optional<Tls> tls,
        TcpOptions tcp) {

    public LinkOptions {
        positive("maxFrameBytes", maxFrameBytes);
        positive("maxQueuedBytes", maxQueuedBytes);
        positive("connectTimeout", connectTimeout);
    }

    /** 1 MiB a frame, 16 MiB of queue after which the link is closed, 10 s to connect, no TLS, {@link TcpOptions#DEFAULTS}. */
    public static LinkOptions of(Framing framing) {
        return new LinkOptions(
                framing,
                1 << 20,
                16 << 20,
                Overflow.CLOSE,
                Duration.ofSeconds(10),
                Optional.empty(),
                TcpOptions.DEFAULTS);
    }

    public LinkOptions withMaxFrameBytes(int maxFrameBytes) {
        return new LinkOptions(framing, maxFrameBytes, maxQueuedBytes, overflow, connectTimeout, tls, tcp);
    }

    public LinkOptions withQueue(int maxQueuedBytes, Overflow overflow) {
        return new LinkOptions(framing, maxFrameBytes, maxQueuedBytes, overflow, connectTimeout, tls, tcp);
    }

    public LinkOptions withConnectTimeout(Duration connectTimeout) {
        return new LinkOptions(framing, maxFrameBytes, maxQueuedBytes, overflow, connectTimeout, tls, tcp);
    }

    public LinkOptions withTls(Tls tls) {
        return new LinkOptions(framing, maxFrameBytes, maxQueuedBytes, overflow, connectTimeout, Optional.of(tls), tcp);
    }

    public LinkOptions withTcp(TcpOptions tcp) {
        return new LinkOptions(framing, maxFrameBytes, maxQueuedBytes, overflow, connectTimeout, tls, tcp);
    }
}
