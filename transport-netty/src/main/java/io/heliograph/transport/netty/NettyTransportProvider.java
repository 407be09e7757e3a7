package io.heliograph.transport.netty;

import io.heliograph.transport.Transport;
import io.heliograph.transport.TransportProvider;

/**
 * Makes transports over Unix domain sockets and TCP, on Netty.
 *
 * <p>What the machine has is chosen by itself, and told in one line of the log: epoll on Linux, kqueue on macOS, NIO elsewhere
 * and where the native library does not load. Two system properties overrule it:
 *
 * <ul>
 *   <li>{@code heliograph.transport}: {@code epoll}, {@code kqueue} or {@code nio}; creating a transport fails if this one
 *       is not to be had.
 *   <li>{@code heliograph.loops}: the number of event loops, 1 to 1024; one for each processor unless set.
 * </ul>
 *
 * <p>Over TLS 1.2, which knows no half-closed connection, {@link io.heliograph.transport.Link#end} ends the input too.
 */
public final class NettyTransportProvider implements TransportProvider {

    @Override
    public Transport create() {
        return NettyTransport.create(
                System.getProperty("heliograph.transport"), System.getProperty("heliograph.loops"));
    }
}
