package io.heliograph.transport;

import static io.heliograph.internal.Check.checkArgument;

/**
 * The options of a TCP socket.
 *
 * @param noDelay whether short writes are sent at once; otherwise they wait for an acknowledgement (Nagle's algorithm)
 * @param keepAlive whether the operating system probes an idle connection, usually after two hours
 * @param receiveBufferBytes the size of the operating system's receive buffer; 0 leaves it to the system
 * @param sendBufferBytes the size of the operating system's send buffer; 0 leaves it to the system
 * @param reusePort whether several processes of one user may listen on the port at once, if each has this option; the system distributes new
 *     connections over them. For servers
 */
public record TcpOptions(
        boolean noDelay, boolean keepAlive, int receiveBufferBytes, int sendBufferBytes, boolean reusePort) {

    /** No delay, no probes, the buffers of the operating system. */
    public static final TcpOptions DEFAULTS = new TcpOptions(true, false, 0, 0, false);

    public TcpOptions {
        checkArgument(receiveBufferBytes >= 0, "receiveBufferBytes: %d (expected: >= 0)", receiveBufferBytes);
        checkArgument(sendBufferBytes >= 0, "sendBufferBytes: %d (expected: >= 0)", sendBufferBytes);
    }

    public TcpOptions withReusePort(boolean reusePort) {
        return new TcpOptions(noDelay, keepAlive, receiveBufferBytes, sendBufferBytes, reusePort);
    }
}
