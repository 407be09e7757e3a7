package io.heliograph.transport;

import static io.heliograph.internal.Check.positive;

import io.heliograph.Overflow;
import io.heliograph.frame.Framing;
import java.time.Duration;
import java.util.Optional;

/**
 * Framing and limits of a link.
 *
 * @param framing encoding of frames in the byte stream
 * @param maxFrameBytes size of the longest frame that is accepted from the peer. Must be positive
 * @param maxQueuedBytes size of the queue of unwritten frames. Must be positive
 * @param overflow policy for a frame that exceeds the queue; an empty queue accepts any frame
 * @param connectTimeout time to connect, with the TLS handshake. Must be positive
 * @param tls TLS over the connection, or empty for none
 * @param tcp the options of a TCP socket; other sockets have none
 * @param unfinished limit of the unfinished messages of all accepted links, or empty for none
 */
public record LinkOptions(
        Framing framing,
        int maxFrameBytes,
        int maxQueuedBytes,
        Overflow overflow,
        Duration connectTimeout,
        Optional<Tls> tls,
        TcpOptions tcp,
        Optional<UnfinishedMessages> unfinished) {

    public LinkOptions {
        positive("maxFrameBytes", maxFrameBytes);
        positive("maxQueuedBytes", maxQueuedBytes);
        positive("connectTimeout", connectTimeout);
    }

    /** Frames up to 1 MiB, a queue of 16 MiB whose overflow closes the link, 10 s to connect, no TLS, {@link TcpOptions#DEFAULTS}. */
    public static LinkOptions of(Framing framing) {
        return new LinkOptions(
                framing,
                1 << 20,
                16 << 20,
                Overflow.CLOSE,
                Duration.ofSeconds(10),
                Optional.empty(),
                TcpOptions.DEFAULTS,
                Optional.empty());
    }

    public LinkOptions withMaxFrameBytes(int maxFrameBytes) {
        return new LinkOptions(framing, maxFrameBytes, maxQueuedBytes, overflow, connectTimeout, tls, tcp, unfinished);
    }

    public LinkOptions withQueue(int maxQueuedBytes, Overflow overflow) {
        return new LinkOptions(framing, maxFrameBytes, maxQueuedBytes, overflow, connectTimeout, tls, tcp, unfinished);
    }

    public LinkOptions withConnectTimeout(Duration connectTimeout) {
        return new LinkOptions(framing, maxFrameBytes, maxQueuedBytes, overflow, connectTimeout, tls, tcp, unfinished);
    }

    public LinkOptions withTls(Tls tls) {
        return new LinkOptions(
                framing, maxFrameBytes, maxQueuedBytes, overflow, connectTimeout, Optional.of(tls), tcp, unfinished);
    }

    public LinkOptions withTcp(TcpOptions tcp) {
        return new LinkOptions(framing, maxFrameBytes, maxQueuedBytes, overflow, connectTimeout, tls, tcp, unfinished);
    }

    public LinkOptions withUnfinished(UnfinishedMessages unfinished) {
        return new LinkOptions(
                framing, maxFrameBytes, maxQueuedBytes, overflow, connectTimeout, tls, tcp, Optional.of(unfinished));
    }
}
