package io.heliograph.transport.netty;

import io.heliograph.transport.Transport;
import io.heliograph.transport.TransportProvider;

/**
 * Creates transports over Unix domain sockets and TCP on Netty.
 *
 * <p>The engine is epoll on Linux, kqueue on macOS, and NIO elsewhere or if the native library does not load; one log line reports
 * it. Two system properties override the selection:
 *
 * <ul>
 *   <li>{@code heliograph.transport}: {@code epoll}, {@code kqueue} or {@code nio}; creating a transport fails if this engine
 *       is not available.
 *   <li>{@code heliograph.loops}: the number of event loops, 1 to 1024. Default: one per processor.
 * </ul>
 *
 * <p>Over TLS 1.2, which has no half-closed connections, {@link io.heliograph.transport.Link#end} ends the input too.
 */
public final class NettyTransportProvider implements TransportProvider {

    @Override
    public Transport create() {
        return NettyTransport.create(
                System.getProperty("heliograph.transport"), System.getProperty("heliograph.loops"));
    }
}
